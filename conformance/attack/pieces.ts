import type { Fixture } from './fixture.ts'
import type { Random } from './random.ts'

/** Parts of request lines that some servers and stores have misinterpreted. */
const encodedPieces: readonly string[] = [
  '/',
  '//',
  '///',
  '%2F',
  '%2f',
  '%252F',
  '%255c',
  '%5C',
  '\\',
  '.',
  '..',
  '../',
  '../../',
  './',
  '.../',
  '%2e',
  '%2E%2e',
  '%2e%2e/',
  '%2e%2e%2f',
  '..%2f',
  '..%5c',
  '%252e%252e',
  '%252e%252e%252f',
  '..;/',
  '.%00./',
  '%00',
  '%00/',
  '%0a',
  '%0d%0a',
  '%20',
  '+',
  '*',
  '%2A',
  '**',
  '?',
  '%3F',
  '%23',
  '&',
  '=',
  ';',
  ':',
  '@',
  '!',
  '~',
  '$%7Baws:username%7D',
  '$%7B*%7D',
  '%7B%7D',
  '%27',
  '%22',
  '%3C',
  '%3E',
  '%7C',
  '%5E',
  '%60',
  '%EF%BC%8F',
  '%E2%80%A4',
  '%E2%80%A5',
  '%E2%88%95',
  '%E2%81%84',
  '%C0%AF',
  '%C0%AE',
  '%E0%80%AF',
  '%F0%80%80%AF',
  '%EF%BC%8E%EF%BC%8E',
  '%CC%81',
  '%C3%A9',
  'e%CC%81',
  '%E2%80%8B',
  '%EF%BB%BF',
  '%E2%80%AE',
  '%ff',
  '%C2%A0',
  '%zz',
  '%',
  'data',
  'metadata',
  'n',
  '.headgate-uploads',
  '.minio.sys',
  'canary',
]

/** Parts of strings in JSON documents that some servers and stores have misinterpreted. */
const textPieces: readonly string[] = [
  '/',
  '//',
  '.',
  '..',
  '../',
  '/../',
  '/./',
  '%2e%2e',
  '%2E%2E/',
  '%252e%252e',
  '%2f',
  '%2F',
  '%5c',
  '\\',
  '\\..\\',
  '\0',
  '\n',
  '\t',
  ' ',
  '*',
  '?',
  '**',
  '#',
  '&',
  ';',
  '@',
  '$',
  '${aws:username}',
  '${*}',
  '${',
  '}',
  "'",
  '"',
  '`',
  '<',
  '>',
  '|',
  '^',
  '[',
  ']',
  '\uff0f',
  '\u2024',
  '\u2025',
  '\u2215',
  '\u2044',
  '\uff0e\uff0e',
  '\u0301',
  '\u00e9',
  'e\u0301',
  '\u200b',
  '\ufeff',
  '\u202e',
  '\u00a0',
  '\ud800',
  'data',
  'x',
  't',
  't2',
  'T',
  'n',
  '.headgate-uploads',
]

/**
 * Returns an object key in the encoding of a request line. Most keys lead from the attacker's table to objects of
 * others.
 */
export function hostileKey({ own, canaries, bucket }: Fixture, random: Random): string {
  const inside = own.location.slice(`s3://${bucket}/`.length)
  const goal = random.pick(canaries).location.slice('s3://'.length)
  const [, key = ''] = /^[^/]+\/(.*)$/s.exec(goal) ?? []
  const target = encodeURI(key)
  const up = random.pick([
    '../',
    '%2e%2e/',
    '%2E%2E%2F',
    '..%2f',
    '..%5c',
    '%252e%252e/',
    './../',
    '.%2e/',
    '..//',
  ])
  const depth = 1 + random.int(5)
  switch (random.int(8)) {
    case 0:
      return target
    case 1:
      return `${inside}/${up.repeat(depth)}${target}`
    case 2:
      return `${inside}/data/${up.repeat(depth + 1)}${target}`
    case 3:
      return `${up.repeat(depth)}${encodeURI(goal)}`
    case 4:
      return (
        lookAlike(inside, random) + random.pick(['/', '', '//', '%2F']) + target.split('/').slice(2).join('/')
      )
    case 5:
      return `${random.pick(['/', '//', '%2F', './', '%00/'])}${target}`
    case 6:
      return spelled(target, random)
    default:
      return `${random.pick([`${inside}/`, inside, '', `${inside}2/`])}${random.some(encodedPieces, 7).join('')}`
  }
}

/** Returns another spelling of a key, with changed case, percent-encoding, repeated slashes or inserted parts. */
function spelled(key: string, random: Random): string {
  const at = random.int(key.length + 1)
  switch (random.int(5)) {
    case 0:
      return key.toUpperCase()
    case 1:
      return key.replaceAll('/', random.pick(['//', '%2F', '/./', '/%2e/', '\\', '%5C']))
    case 2:
      return key.slice(0, at) + random.pick(encodedPieces) + key.slice(at)
    case 3: {
      // Takes one random number for all letters, so that the sequence of random numbers does not depend on the number
      // of letters.
      const escaped = random.int(2 ** 31)
      let letters = 0
      return key.replaceAll(/[a-z]/g, (letter) =>
        (escaped >> (letters++ % 31)) & 1 ? `%${letter.charCodeAt(0).toString(16)}` : letter,
      )
    }
    default:
      return `${key}${random.pick(['/', '//', '%00', '%20', '.', '/.', '?', '%3F', '%23x'])}`
  }
}

/** Returns a key that resembles the attacker's own prefix, or has it as a textual prefix. */
function lookAlike(inside: string, random: Random): string {
  const last = inside.slice(-1)
  return random.pick([
    `${inside}2`,
    `${inside}%20`,
    `${inside}.`,
    `${inside}-x`,
    inside.toUpperCase(),
    `${inside}%00`,
    `${inside}*`,
    `${inside}%2F..%2F${last}2`,
    `${inside}/../t2`,
    inside.slice(0, -1),
    `${inside.slice(0, -1)}%EF%BD%94`,
    `${inside}%CC%81`,
    `.//${inside}`,
    `${inside}%E2%80%8B`,
  ])
}

/**
 * Returns a location as a client would write it into a request. Most locations lead out of the warehouse, or into other
 * tables.
 */
export function hostileLocation(fixture: Fixture, random: Random): string {
  const { bucket, own } = fixture
  const goal = random.pick(fixture.canaries).location
  const folder = goal.slice(0, goal.lastIndexOf('/'))
  const root = `s3://${bucket}`
  const fresh = `${root}/n/m${random.int(1_000_000_000)}`
  switch (random.int(9)) {
    case 0:
      return folder
    case 1:
      return `${folder}${random.pick(['/', '//', '/.', '/..', '/data', '/data/', '%2f', '?', '#', '*', ' ', '\0'])}`
    case 2:
      return `${fresh}/${random.pick(['../', './../', '%2e%2e/', '..%2f', '..\\', '%252e%252e/']).repeat(1 + random.int(4))}${folder.slice(root.length + 1)}`
    case 3: {
      const at = root.length + random.int(folder.length - root.length + 1)
      return folder.slice(0, at) + random.pick(textPieces) + folder.slice(at)
    }
    case 4:
      return random.pick([
        root,
        `${root}/`,
        `${root}//`,
        `${root}/n`,
        `${root}/n/`,
        `${root}2/n`,
        `${root}2`,
        's3://',
        's3:///n/t2',
        `s3a://${bucket}/n/t2`,
        `S3://${bucket}/n/t2`,
        `s3://${bucket.toUpperCase()}/n/t2`,
        `s3n://${bucket}/n/t2`,
        `file:///etc`,
        `file://${fixture.folder}/outside`,
        `file:${fixture.folder}/outside`,
        `s3://${bucket}@${bucket}2/n`,
        `s3://user:pw@${bucket}/n/t2`,
        `s3://${bucket}:80/n/t2`,
        `s3://${bucket}/../${bucket}2/n`,
        `http://${bucket}/n/t2`,
        `//${bucket}/n/t2`,
        `s3:/${bucket}/n/t2`,
        `s3://${bucket}\\n\\t2`,
        `s3://${bucket}/n/t2#x`,
        '',
        ' ',
        '/',
        '.',
        '..',
        'n/t2',
      ])
    case 5:
      return folder.replace(
        '/n/',
        random.pick(['/N/', '//n/', '/n//', '/./n/', '/x/../n/', '/%6e/', '/ｎ/', '/n\u200b/']),
      )
    case 6:
      return `${own.location}${random.pick(['', '/', '2', '/../t2', '/data', '*', '?', '/../', '/..', '/%2e%2e/t2'])}`
    case 7:
      return `${root}/n/${random.some(textPieces, 6).join('')}`
    default:
      return `${fresh}${random.pick(['', '/', '*', '${aws:username}', "'", '"', '?', '/a*b', '/${x}', '\u00e9', 'e\u0301'])}`
  }
}
