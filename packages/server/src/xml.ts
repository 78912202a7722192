/** An element of a small document. Attributes and namespaces are passed over: nobody here uses them. */
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

/** What is no document that this reader takes. */
export class XmlError extends Error {
  override readonly name = 'XmlError'
}

/**
 * Reads an XML document. A reader of our own, because two small documents are all that it has to read, and what it
 * does not know cannot be used against it: no DTD, no entities but the five of XML, no CDATA, comments or processing
 * instructions. The caller bounds its size; it needs one pass.
 *
 * @throws XmlError that says what is wrong
 */
export function parseXml(bytes: Uint8Array): XmlNode {
  const text = utf8(bytes)
  let at = declaration.exec(text)?.[0].length ?? 0
  const path: Open[] = []
  while (at < text.length) {
    const opened = matchAt(openTag, text, at)
    if (opened !== null) {
      const [whole, name = '', , slash] = opened
      at += whole.length
      if (path.length === maxDepth) throw new XmlError('it is nested too deep')
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
      if (element === undefined || element.name !== closed[1]) throw new XmlError('its tags do not match')
      if (attach(path, element)) return atEnd(element, text, at)
      continue
    }
    const data = matchAt(characters, text, at)
    const parent = path.at(-1)
    if (data === null || parent === undefined) throw new XmlError('it holds what no request needs')
    at += data[0].length
    parent.text += resolved(data[0])
  }
  throw new XmlError('it ends early')
}

/** True when the element was the outermost one. */
function attach(path: readonly Open[], element: Open): boolean {
  if (element.children.length > 0) {
    if (element.text.trim() !== '') throw new XmlError('it mixes text and elements')
    element.text = ''
  }
  path.at(-1)?.children.push(element)
  return path.length === 0
}

function atEnd(root: XmlNode, text: string, at: number): XmlNode {
  if (text.slice(at).trim() !== '') throw new XmlError('something follows its end')
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
    if (point < 1 || point > 0x10ffff || surrogate) throw new XmlError('a reference stands for no character')
    return String.fromCodePoint(point)
  })
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new XmlError('it is not UTF-8', { cause })
  }
}
