import { parseXml, XmlError, type XmlNode, type XmlOptions } from '../xml.ts'
import { S3Error } from './s3-error.ts'

/**
 * Parses an XML document.
 *
 * @throws S3Error `MalformedXML`
 */
export function readXml(bytes: Uint8Array, options: XmlOptions): XmlNode {
  try {
    return parseXml(bytes, options)
  } catch (error) {
    throw error instanceof XmlError ? malformed(error.message, error) : error
  }
}

/** Returns the text of the child element with this name, or undefined. Throws when the name occurs more than once. */
export function childText(node: XmlNode, name: string): string | undefined {
  const found = node.children.filter((child) => child.name === name)
  if (found.length > 1) throw malformed(`${name} occurs more than once`)
  return found[0]?.text
}

export function malformed(reason: string, cause?: unknown): S3Error {
  return new S3Error('MalformedXML', { reason, cause })
}
