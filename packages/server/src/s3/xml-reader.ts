import { S3Error } from './s3-error.ts'

/** An element of a request document. Attributes and namespaces are passed over: no operation uses them. */
export interface XmlNode {
  readonly name: string
  /** All of the character data in it, as it stands; empty when it holds elements. */
  readonly text: string
  readonly children: readonly XmlNode[]
}

const maxDepth = 8
const openTag = /<([A-Za-z_][\w.-]*)((?:\s+[A-Za-z_:][\w:.-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y
const closeTag = /<\/([A-Za-z_][\w.-]*)\s*>/y
const characters = /[^<]+/y
const declaration = /^\uFEFF?(?:<\?xml\s[^?<>]{0,200}\?>)?\s*/
const reference = /&(?:#(\d{1,7})|#x([\dA-Fa-f]{1,6})|(\w{1,8}));|&/g
const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

interface Open {
  readonly name: string
  readonly children: XmlNode[]
  text: string
}

/**
 * Reads the body of a request. A reader of our own, because two small documents are all that it has to read, and what it
 * does not know cannot be used against it: no DTD, no entities but the five of XML, no CDATA, comments or processing
 * instructions. The caller bounds its size; it needs one pass.
 *
 * @throws S3Error `MalformedXML`
 */
export function readXml(bytes: Uint8Array): XmlNode {
  const text = utf8(bytes)
  let at = declaration.exec(text)?.[0].length ?? 0
  const path: Open[] = []
  while (at < text.length) {
    const opened = matchAt(openTag, text, at)
    if (opened !== null) {
      const [whole, name = '', , slash] = opened
      at += whole.length
      if (path.length === maxDepth) throw malformed('it is nested too deep')
      const element: Open = { name, children: [], text: '' }
      if (slash !== '/') {
        path.push(element)
        continue
      }
      if (attach(path, element)) return atEnd(element, text, at)
      continue
    }
    const closed = matchAt(closeTag, text, at)
    if (closed !== null) {
      at += closed[0].length
      const element = path.pop()
      if (element === undefined || element.name !== closed[1]) throw malformed('its tags do not match')
      if (attach(path, element)) return atEnd(element, text, at)
      continue
    }
    const data = matchAt(characters, text, at)
    const parent = path.at(-1)
    if (data === null || parent === undefined) throw malformed('it holds what no request needs')
    at += data[0].length
    parent.text += resolved(data[0])
  }
  throw malformed('it ends early')
}

/** The one child of that name. */
export function childText(node: XmlNode, name: string): string | undefined {
  const found = node.children.filter((child) => child.name === name)
  if (found.length > 1) throw malformed(`${name} stands there more than once`)
  return found[0]?.text
}

export function malformed(reason: string): S3Error {
  return new S3Error('MalformedXML', { reason })
}

/** True when the element was the outermost one. */
function attach(path: readonly Open[], element: Open): boolean {
  if (element.children.length > 0) {
    if (element.text.trim() !== '') throw malformed('it mixes text and elements')
    element.text = ''
  }
  path.at(-1)?.children.push(element)
  return path.length === 0
}

function atEnd(root: XmlNode, text: string, at: number): XmlNode {
  if (text.slice(at).trim() !== '') throw malformed('something follows its end')
  return root
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

function resolved(text: string): string {
  if (!text.includes('&')) return text
  return text.replaceAll(reference, (_, decimal?: string, hexadecimal?: string, name?: string) => {
    if (name !== undefined && Object.hasOwn(named, name)) return named[name] ?? ''
    const digits = decimal ?? hexadecimal
    const point = digits === undefined ? -1 : Number.parseInt(digits, decimal === undefined ? 16 : 10)
    const surrogate = point >= 0xd800 && point <= 0xdfff
    if (point < 1 || point > 0x10ffff || surrogate) throw malformed('a reference stands for no character')
    return String.fromCodePoint(point)
  })
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new S3Error('MalformedXML', { reason: 'it is not UTF-8', cause })
  }
}
