// Owns messages as NDJSON: one JSON object a line.

export const renderNdjson = (messages: readonly object[]): string => messages.map((message) => `${JSON.stringify(message)}\n`).join('')
