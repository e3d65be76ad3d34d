// Prints docs/settings.md: `npm run docs`.
import { settingsPage } from './describe.ts'

process.stdout.write(settingsPage())
