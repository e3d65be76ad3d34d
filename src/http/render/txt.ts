// Owns a message as a line of text, as in the original: `<date> <screen_name>: <text>`.
import type { Message } from '../../message/schema.ts'
import { printable } from '../../support/printable.ts'

export const messageLine = ({ created_at, screen_name, text }: Message): string => printable(`${created_at} ${screen_name}: ${text}`)

export const renderTxt = (messages: readonly Message[]): string => messages.map((message) => `${messageLine(message)}\n`).join('')
