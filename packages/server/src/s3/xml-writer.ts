/** XML element: its name, and its text or its child elements. */
export type XmlElement = readonly [name: string, content: string | number | boolean | readonly XmlElement[]]

export const xmlDeclaration = '<?xml version="1.0" encoding="UTF-8"?>\n'

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/'

/** Returns the XML document of a successful response. */
export function xmlResult(name: string, content: string | readonly XmlElement[]): string {
  const inner = typeof content === 'string' ? escapeText(content) : content.map(written).join('')
  return `${xmlDeclaration}<${name} xmlns="${namespace}">${inner}</${name}>`
}

/** Returns an XML document without a namespace, such as an error document. */
export function xmlPlain(element: XmlElement): string {
  return xmlDeclaration + written(element)
}

function written([name, content]: XmlElement): string {
  const inner = Array.isArray(content) ? content.map(written).join('') : escapeText(String(content))
  return `<${name}>${inner}</${name}>`
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/**
 * Escapes a text for XML. Writes control characters as numeric references, as S3 does: XML 1.0 forbids them, but most
 * parsers accept them.
 */
function escapeText(text: string): string {
  return text.replaceAll(
    /[&<>"'\p{Cc}\ufffe\uffff]/gu,
    (character) => escapes[character] ?? `&#x${character.charCodeAt(0).toString(16).toUpperCase()};`,
  )
}
