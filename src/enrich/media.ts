// Owns which links count as images, audio and videos: the rules of the original, by how a link ends or by its host.

type Kind = 'images' | 'audio' | 'videos'

const ending = /\.(jpe?g|png|gif|mp3|mp4|m4v)(?:[?#]|$)/i
const byEnding = new Map<string, Kind>([
  ['jpg', 'images'], ['jpeg', 'images'], ['png', 'images'], ['gif', 'images'],
  ['mp3', 'audio'],
  ['mp4', 'videos'], ['m4v', 'videos'],
])

const byHost = new Map<string, Kind>([
  ['flickr.com', 'images'], ['instagram.com', 'images'], ['imgur.com', 'images'], ['giphy.com', 'images'], ['pic.twitter.com', 'images'],
  ['soundcloud.com', 'audio'],
  ['vimeo.com', 'videos'], ['youtube.com', 'videos'], ['youtu.be', 'videos'], ['vine.co', 'videos'], ['ted.com', 'videos'],
])

/** The kind of a host or of the nearest domain above it: `music.youtube.com` is `youtube.com`, `united.com` is not `ted.com`. */
function kindOfHost(host: string): Kind | undefined {
  for (let at = 0; ; ) {
    const kind = byHost.get(at === 0 ? host : host.slice(at))
    if (kind !== undefined) return kind
    at = host.indexOf('.', at) + 1
    if (at === 0) return undefined
  }
}

/** Sorts links; `hosts[i]` is the host of `links[i]`. A link that is none of the three is left out. */
export function mediaOf(links: readonly string[], hosts: readonly (string | undefined)[]): Record<Kind, string[]> {
  const media: Record<Kind, string[]> = { images: [], audio: [], videos: [] }
  links.forEach((link, i) => {
    const end = ending.exec(link)?.[1]
    const host = hosts[i]
    const kind = end === undefined ? host && kindOfHost(host) : byEnding.get(end.toLowerCase())
    if (kind) media[kind].push(link)
  })
  return media
}
