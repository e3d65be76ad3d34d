// Owns the list of languages in which messages are generated.
import { arabic } from './languages/ar.ts'
import { german } from './languages/de.ts'
import { english } from './languages/en.ts'
import { spanish } from './languages/es.ts'
import { french } from './languages/fr.ts'
import { japanese } from './languages/ja.ts'
import { korean } from './languages/ko.ts'
import { portuguese } from './languages/pt.ts'
import { russian } from './languages/ru.ts'
import { thai } from './languages/th.ts'
import { chinese } from './languages/zh.ts'
import type { Language } from './language.ts'

/** The most written first. */
export const languages: readonly Language[] = [english, japanese, portuguese, spanish, german, french, russian, arabic, chinese, korean, thai]
