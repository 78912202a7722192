/**
 * Element of a small document. Attributes and namespaces are ignored: no S3 request that this server reads
 * needs them.
 */
export interface XmlNode {
  readonly name: string
  /** Character data of the element with references resolved; empty when the element has children. */
  readonly text: string
  readonly children: readonly XmlNode[]
}

export interface XmlOptions {
  /** Maximum number of elements of a document. It limits the time and the memory of parsing. */
  readonly maxElements: number
}

const maxDepth = 8
const maxNameLength = 64
/**
 * Maximum number of attributes of one start tag. S3 clients write one attribute, the namespace of the root
 * element.
 */
const maxAttributes = 8
const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

interface Open {
  readonly name: string
  readonly children: XmlNode[]
  text: string
}

/** Refusal of a document that is not in the subset of XML that this reader accepts. */
export class XmlError extends Error {
  override readonly name = 'XmlError'
}

/** Parsed text with the current position of the parser in it. */
interface Cursor {
  readonly text: string
  at: number
}

/**
 * Parses an XML document in one pass over its characters. It accepts only a small subset of XML, so that
 * attackers cannot use other features of XML: no DTD, no entities except the five of XML, no CDATA, comments or
 * processing instructions. The caller limits the size of the document.
 *
 * @throws XmlError with the reason
 */
export function parseXml(bytes: Uint8Array, { maxElements }: XmlOptions): XmlNode {
  const cursor: Cursor = { text: utf8(bytes), at: 0 }
  const { text } = cursor
  skipDeclaration(cursor)
  const path: Open[] = []
  let elements = 0
  while (cursor.at < text.length) {
    const parent = path.at(-1)
    if (text[cursor.at] !== '<') {
      if (parent === undefined)
        throw new XmlError('the document contains XML syntax that this server does not accept')
      readCharacters(cursor, parent)
      continue
    }
    let closed: Open
    if (text[cursor.at + 1] === '/') {
      closed = readEndTag(cursor, path)
    } else {
      if (path.length === maxDepth) throw new XmlError('the elements are nested too deeply')
      elements += 1
      if (elements > maxElements) throw new XmlError(`the document has more than ${maxElements} elements`)
      const { element, isEmpty } = readStartTag(cursor)
      path.push(element)
      if (!isEmpty) continue
      closed = element
    }
    path.pop()
    if (closed.children.length > 0) closed.text = withoutText(closed)
    path.at(-1)?.children.push(closed)
    if (path.length > 0) continue
    skipSpace(cursor)
    if (cursor.at < text.length) throw new XmlError('text follows the end of the document')
    return closed
  }
  throw new XmlError('the document is truncated')
}

/**
 * Checks that an element with child elements contains no other text except white space. Returns its text, which is
 * empty.
 */
function withoutText({ text }: Open): string {
  if (text.trim() !== '') throw new XmlError('an element contains both text and elements')
  return ''
}

function skipDeclaration(cursor: Cursor): void {
  const { text } = cursor
  if (text.startsWith('\uFEFF')) cursor.at += 1
  if (text.startsWith('<?xml', cursor.at) && isSpace(text.charCodeAt(cursor.at + 5))) {
    const end = text.slice(cursor.at, cursor.at + 256).indexOf('?>')
    if (end < 0) throw new XmlError('the XML declaration does not end')
    cursor.at += end + 2
  }
  skipSpace(cursor)
}

function readCharacters(cursor: Cursor, parent: Open): void {
  const { text, at } = cursor
  const end = text.indexOf('<', at)
  if (end < 0) throw new XmlError('the document is truncated')
  cursor.at = end
  parent.text += resolveReferences(text.slice(at, end))
}

function readEndTag(cursor: Cursor, path: readonly Open[]): Open {
  cursor.at += 2
  const name = readName(cursor)
  skipSpace(cursor)
  const open = path.at(-1)
  if (cursor.text[cursor.at] !== '>' || open?.name !== name)
    throw new XmlError('the start tag and the end tag of an element do not match')
  cursor.at += 1
  return open
}

function readStartTag(cursor: Cursor): { readonly element: Open; readonly isEmpty: boolean } {
  cursor.at += 1
  const element: Open = { name: readName(cursor), children: [], text: '' }
  for (let attributes = 0; ; attributes += 1) {
    const before = cursor.at
    skipSpace(cursor)
    const next = cursor.text[cursor.at]
    const isEmpty = next === '/' && cursor.text[cursor.at + 1] === '>'
    if (next === '>' || isEmpty) {
      cursor.at += isEmpty ? 2 : 1
      return { element, isEmpty }
    }
    if (before === cursor.at || attributes === maxAttributes) throw unexpected()
    skipAttribute(cursor)
  }
}

function skipAttribute(cursor: Cursor): void {
  const { text } = cursor
  readName(cursor, true)
  skipSpace(cursor)
  if (text[cursor.at] !== '=') throw unexpected()
  cursor.at += 1
  skipSpace(cursor)
  const quote = text[cursor.at]
  const end = quote === '"' || quote === "'" ? text.indexOf(quote, cursor.at + 1) : -1
  if (end < 0 || text.slice(cursor.at, end).includes('<')) throw unexpected()
  cursor.at = end + 1
}

function readName(cursor: Cursor, withColon = false): string {
  const { text, at: start } = cursor
  let at = start
  while (at - start <= maxNameLength && isNamePart(text.charCodeAt(at), at === start, withColon)) at += 1
  if (at === start || at - start > maxNameLength) throw unexpected()
  cursor.at = at
  return text.slice(start, at)
}

function isNamePart(code: number, isFirst: boolean, withColon: boolean): boolean {
  const isLetter = (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x5f
  if (isLetter || (withColon && code === 0x3a)) return true
  return !isFirst && ((code >= 0x30 && code <= 0x39) || code === 0x2e || code === 0x2d)
}

function skipSpace(cursor: Cursor): void {
  while (isSpace(cursor.text.charCodeAt(cursor.at))) cursor.at += 1
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d
}

/** Length of the longest reference: `&#1114111;` or `&#x10FFFF;`. */
const maxReferenceLength = 10

function resolveReferences(text: string): string {
  let reference = text.indexOf('&')
  if (reference < 0) return text
  const pieces: string[] = []
  let at = 0
  for (; reference >= 0; reference = text.indexOf('&', at)) {
    const end = text.slice(reference, reference + maxReferenceLength).indexOf(';')
    if (end < 0) throw unknownReference()
    pieces.push(text.slice(at, reference), resolveReference(text.slice(reference + 1, reference + end)))
    at = reference + end + 1
  }
  pieces.push(text.slice(at))
  return pieces.join('')
}

function resolveReference(reference: string): string {
  if (Object.hasOwn(named, reference)) return named[reference] ?? ''
  const [, hexadecimal, decimal] = /^#(?:x([\dA-Fa-f]{1,6})|(\d{1,7}))$/.exec(reference) ?? []
  const point = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16)
  const isSurrogate = point >= 0xd800 && point <= 0xdfff
  if (!(point >= 1 && point <= 0x10ffff) || isSurrogate) throw unknownReference()
  return String.fromCodePoint(point)
}

function unknownReference(): XmlError {
  return new XmlError('a character reference names no character')
}

function unexpected(): XmlError {
  return new XmlError('the document contains XML syntax that this server does not accept')
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new XmlError('the document is not UTF-8', { cause })
  }
}
