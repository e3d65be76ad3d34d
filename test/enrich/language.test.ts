import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { readEntities } from '../../src/enrich/entities.ts'
import { languageOf } from '../../src/enrich/language.ts'
import { sharedData } from '../shared-data.ts'

const detect = (text: string) => languageOf(text, readEntities(text, undefined, []))

describe('language', () => {
  it('is told for prose in any script', () => {
    assert.equal(detect('Der Regen fällt seit gestern auf die Stadt.'), 'de')
    assert.equal(detect('ありがとう'), 'ja')
    assert.equal(detect('спасибо большое за помощь'), 'ru')
  })
  it('is not guessed where there is little to tell it by', () => {
    for (const text of ['', 'ok', 'Pizza Taxi Hotel', 'la la la la la la la la la', '😂😂😂😂😂😂', '12:30 – 14:45', '@ann @bob #fun https://example.org/eine/deutsche/seite']) assert.equal(detect(text), undefined, text)
  })
  it('goes by the prose, not by links, names and tags', () => {
    assert.equal(detect('Il pleut depuis hier #thisIsAnEnglishTag https://www.example.org/this/is/the/english/news @the.english.man'), 'fr')
  })

  const labelled = sharedData('data/text/labelled-tweets.txt')
  it('is right for 97 of 100 real posts where it is told, and told for 97 of 100', { skip: labelled.skip }, () => {
    const posts = readFileSync(labelled.path, 'utf8').trim().split('\n').map((line) => line.split('\t'))
    let told = 0
    let right = 0
    for (const [language, text = ''] of posts) {
      const detected = detect(text)
      if (detected !== undefined) told++
      if (detected === language) right++
    }
    assert.ok(told >= 0.97 * posts.length, `told for ${told} of ${posts.length}`)
    assert.ok(right >= 0.97 * told, `right for ${right} of ${told}`)
  })
})
