import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { html, Html } from '../../src/http/html.ts'

test('what is put in is text', () => {
  assert.equal(html`<p title="${'"x"'}">${'<b>&'} ${3}</p>`.source, '<p title="&quot;x&quot;">&lt;b&gt;&amp; 3</p>')
})

test('HTML stays HTML, and lists of it are joined', () => {
  assert.equal(html`<ul>${['a', '<'].map((item) => html`<li>${item}</li>`)}</ul>`.source, '<ul><li>a</li><li>&lt;</li></ul>')
  assert.equal(html`${new Html('<hr>')}`.source, '<hr>')
})

test('no text becomes a tag or leaves its attribute', () => {
  fc.assert(fc.property(fc.string(), (text) => {
    assert.doesNotMatch(html`${text}`.source, /[<>"']/)
  }))
})
