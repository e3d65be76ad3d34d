// Owns messages as NDJSON: one JSON object a line.

const newline = Buffer.from('\n')

/** `messages`: each as JSON in UTF-8. */
export const renderNdjson = (messages: readonly Uint8Array[]): Buffer => Buffer.concat(messages.flatMap((message) => [message, newline]))
