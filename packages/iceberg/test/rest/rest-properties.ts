// Property tests of names, parameters and bodies with random input. The test suite runs each property a few times, and
// `npm run fuzz` runs it for a longer time.
import assert from 'node:assert/strict'
import { isHeadgateError } from '@headgate/errors'
import { property, type Property } from '@headgate/testkit'
import * as fc from 'fast-check'
import { anyJson, damaged } from '../metadata/damaged-json.ts'
import { decodeIfNoneMatch, formatEtag, matchesEtag } from '../../src/rest/etag.ts'
import { decodeIdempotencyKey } from '../../src/rest/idempotency-key.ts'
import { decodeTableIdentifier, sameIdentifier } from '../../src/rest/identifier.ts'
import { checkName, defaultNameLimits } from '../../src/rest/names.ts'
import {
  decodeNameParam,
  decodeNamespaceParam,
  encodeNamespaceParam,
} from '../../src/rest/namespace-param.ts'
import { decodePageToken, encodePageToken } from '../../src/rest/page-token.ts'
import { decodePage } from '../../src/rest/page.ts'
import { decodePurgeRequested, decodeSnapshotMode } from '../../src/rest/query.ts'
import { decodeReferencedBy } from '../../src/rest/referenced-by.ts'
import { requestExamples } from './request-examples.ts'

/** Returns the result of a decoder, or undefined if it throws `bad-request`. Throws any other error. */
function accepted<T>(decode: () => T): T | undefined {
  try {
    return decode()
  } catch (error) {
    if (isHeadgateError(error, 'bad-request')) return undefined
    throw error
  }
}

/** Characters and escapes that make names, paths and queries invalid. */
const pieces = fc.constantFrom(
  ...'. .. % %2 %2e %2E %2F / %5c %00 %1F + %2B %25 %2525'.split(' '),
  '\\',
  '\0',
  '\u001f',
  ...'%c0%ae %ed%a0%80 %ff %C3%A4 ä %20 %0a ? # , %2C "'.split(' '),
  'a\u0308',
  '\ud800',
  '\u{1f600}',
  ' ',
  '\t',
  "'",
  ...'a A z 0 __proto__ constructor %C2%85 a'.split(' '),
  '\u200b',
  '\ufeff',
  '\u202e',
  '\u0085',
  'a'.repeat(300),
)
const anyText = fc.oneof(
  fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }),
)

/** Valid names. They are generated independently of `checkName`. */
const names = fc
  .oneof(
    anyText,
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: fc.constantFrom('.', '%', '+', ' ', 'é', '/') }),
  )
  .filter((name) => name !== '' && name !== '.' && name !== '..' && name.isWellFormed())
  .filter((name) => !Array.from(name).some(isControl) && new TextEncoder().encode(name).length <= 255)
const namespaces = fc.array(names, { minLength: 1, maxLength: 4 })
const identifiers = fc.tuple(namespaces, names).map(([namespace, name]) => ({ namespace, name }))

function isControl(character: string): boolean {
  const point = character.codePointAt(0) ?? 0
  return point < 0x20 || (point >= 0x7f && point <= 0x9f)
}

/** Encodes text as URLEncoder of Java does, which the reference client also uses for paths. */
const formEncoded = (text: string): string =>
  encodeURIComponent(text)
    .replaceAll('%20', '+')
    .replaceAll(/[!'()~]/g, hex)
const hex = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`
/** Percent-encodes every byte in lower case. */
const allEscaped = (text: string): string =>
  [...new TextEncoder().encode(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')

const separators = fc.constantFrom<readonly string[]>([], ['\u001f'], ['.'], ['.', '\u001f'])

const requests = fc
  .constantFrom(...Object.values(requestExamples))
  .chain(({ body, decode }) =>
    fc
      .oneof({ weight: 1, arbitrary: anyJson }, { weight: 9, arbitrary: damaged(body) })
      .map((value) => ({ value, decode })),
  )

export const properties: Readonly<Record<string, Property>> = {
  'a name in a path is decoded as the same name for each form of escapes': property(names, (name) => {
    for (const encode of [encodeURIComponent, formEncoded, allEscaped])
      assert.equal(decodeNameParam(encode(name), 'table name'), name)
  }),

  'an encoded namespace is decoded as the same namespace': property(
    fc.tuple(namespaces, separators),
    ([namespace, known]) => {
      const written = encodeNamespaceParam(namespace)
      assert.ok(!/[/?#]/.test(written))
      // With a single level, the value has no unit separator, so that the other separator would split the name.
      if (namespace.length > 1 || !known.includes('.') || !namespace[0]?.includes('.'))
        assert.deepEqual(decodeNamespaceParam(written, known), namespace)
      assert.deepEqual(decodeNamespaceParam(namespace.map(formEncoded).join('%1f')), namespace)
      if (namespace.every((level) => !level.includes('.')))
        assert.deepEqual(decodeNamespaceParam(encodeNamespaceParam(namespace, '.'), ['.']), namespace)
    },
  ),

  'any path segment is refused or decoded as a name, and the name can be encoded': property(
    anyText,
    (raw) => {
      const name = accepted(() => decodeNameParam(raw, 'table name'))
      if (name !== undefined) {
        assert.equal(checkName(name, 'table name', defaultNameLimits), name)
        assert.equal(decodeNameParam(encodeURIComponent(name), 'table name'), name)
      }
      const namespace = accepted(() => decodeNamespaceParam(raw))
      if (namespace !== undefined)
        assert.deepEqual(decodeNamespaceParam(encodeNamespaceParam(namespace)), namespace)
    },
  ),

  'two path segments are the same name exactly if their decoded texts are equal': property(
    fc.tuple(names, names),
    ([a, b]) => {
      const [x, y] = [decodeNameParam(formEncoded(a), 'name'), decodeNameParam(allEscaped(b), 'name')]
      assert.equal(x === y, a === b)
      const of = (name: string) => ({ namespace: [name], name })
      assert.equal(sameIdentifier(of(a), of(b)), a === b)
    },
  ),

  'an identifier in a body is decoded unchanged, and its levels stay separate': property(
    fc.tuple(identifiers, identifiers),
    ([a, b]) => {
      const [x, y] = [decodeTableIdentifier(a, ''), decodeTableIdentifier({ ...b, 'x-more': 1 }, '')]
      assert.deepEqual([x, y], [a, b])
      assert.equal(sameIdentifier(x, y), JSON.stringify(a) === JSON.stringify(b))
    },
  ),

  'encoded views of referenced-by are decoded as the same views': property(
    fc.array(identifiers, { maxLength: 4 }),
    (views) => {
      const written = views.map(
        ({ namespace, name }) => `${encodeNamespaceParam(namespace)}%1F${encodeURIComponent(name)}`,
      )
      assert.deepEqual(decodeReferencedBy(written.join(',')), views)
    },
  ),

  'a page token is decoded as its name, and any other form of it is refused': property(
    fc.tuple(fc.string({ unit: 'binary' }), anyText),
    ([name, text]) => {
      const token = encodePageToken(name)
      if (token.length <= 8192) assert.equal(decodePageToken(token), name)
      const read = accepted(() => decodePageToken(text))
      if (read !== undefined) assert.equal(encodePageToken(read), text)
      for (const spoiled of [`${token}=`, ` ${token}`, token.slice(1), `${token}A`])
        assert.notEqual(
          accepted(() => decodePageToken(spoiled)),
          name,
        )
    },
  ),

  'parameters and headers with any text are decoded or refused as a bad request': property(
    anyText,
    (text) => {
      accepted(() => decodeReferencedBy(text))
      accepted(() => decodeSnapshotMode(text))
      accepted(() => decodePurgeRequested(text))
      accepted(() => decodeIdempotencyKey(text))
      const page = accepted(() => decodePage({ pageToken: '', pageSize: text }, 7))
      if (page?.kind === 'page') assert.ok(page.size >= 1 && page.size <= 7)
      decodeIfNoneMatch(text)
    },
  ),

  'an entity tag in a list matches only itself': property(
    fc.array(fc.stringMatching(/^[!#-~]{1,20}$/), { minLength: 1, maxLength: 5 }),
    (tags) => {
      const header = tags.map((tag, index) => (index % 2 === 0 ? formatEtag(tag) : `"${tag}"`)).join(' , ')
      for (const tag of tags) assert.ok(matchesEtag(decodeIfNoneMatch(header), formatEtag(tag)))
      assert.ok(!matchesEtag(decodeIfNoneMatch(header), formatEtag(`${tags.join('')}!`)))
    },
  ),

  'request bodies of any shape are decoded or refused as a bad request': property(
    requests,
    ({ value, decode }) => {
      accepted(() => decode(value))
    },
  ),
}
