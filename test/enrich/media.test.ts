import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hostOf } from '../../src/enrich/hosts.ts'
import { mediaOf } from '../../src/enrich/media.ts'

describe('hosts', () => {
  it('are lower case and in one form, whatever way they were written', () => {
    assert.equal(hostOf('HTTPS://WWW.Example.ORG:8080/Path'), 'www.example.org')
    assert.equal(hostOf('http://Bücher.de/'), 'xn--bcher-kva.de')
    assert.equal(hostOf('http://xn--bcher-kva.de/'), 'xn--bcher-kva.de')
    assert.equal(hostOf('http://example.org./'), 'example.org')
    assert.equal(hostOf('http://user@example.org/'), 'example.org')
  })
  it('are there for http(s) only', () => {
    for (const other of ['ftp://example.org/', 'javascript:alert(1)', 'example.org', 'http://', 'http://xn--はじめよう.com/']) assert.equal(hostOf(other), undefined)
  })
})

describe('media', () => {
  const media = (...links: readonly string[]) => mediaOf(links, links.map(hostOf))

  it('go by the end of a link', () => {
    assert.deepEqual(media('https://a.org/1.JPG', 'https://a.org/2.jpeg?w=1', 'https://a.org/3.mp3#t', 'https://a.org/4.m4v', 'https://a.org/5.jpg.html'), {
      images: ['https://a.org/1.JPG', 'https://a.org/2.jpeg?w=1'], audio: ['https://a.org/3.mp3#t'], videos: ['https://a.org/4.m4v'],
    })
  })
  it('or by the host and the domains above it', () => {
    assert.deepEqual(media('https://www.youtube.com/watch', 'https://youtu.be/x', 'https://i.imgur.com/x', 'https://soundcloud.com/x', 'https://united.com/x', 'https://youtube.com.evil.org/'), {
      images: ['https://i.imgur.com/x'], audio: ['https://soundcloud.com/x'], videos: ['https://www.youtube.com/watch', 'https://youtu.be/x'],
    })
  })
})
