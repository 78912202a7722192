import { isVouchedFor, readDocument } from '../body.ts'
import { toLocation } from '../address.ts'
import { cannotHold } from '../missing.ts'
import type { S3Response, S3Call, S3Operation } from '../operation.ts'
import { S3Error } from '../s3-error.ts'
import { checkScope } from '../scope.ts'
import { toS3Error } from '../to-s3-error.ts'
import { childText, malformed, readXml } from '../xml-reader.ts'
import { type XmlElement, xmlResult } from '../xml-writer.ts'
import type { XmlNode } from '../../xml.ts'

const maxKeys = 1000
/**
 * Maximum size of the request body in bytes: 1,000 keys of 1,024 bytes, the XML tags, and characters of the keys that
 * are escaped in XML.
 */
const maxDocumentBytes = 2 * 1024 * 1024
/**
 * Maximum number of XML elements in the body: each object contains a key and up to four other elements (version,
 * ETag, size, date).
 */
const maxElements = 2 + 6 * maxKeys

/**
 * Implements DeleteObjects. Deletes up to 1,000 keys and returns a result for each key. A key outside the prefixes of
 * the session results in an error for this key only.
 */
export const deleteObjects: S3Operation = {
  id: 'DeleteObjects',
  permission: 'read-write',
  async handle(call: S3Call): Promise<S3Response> {
    const { session, storage, address, signal } = call
    if (!isVouchedFor(call))
      throw new S3Error('InvalidRequest', {
        message: 'The request must contain a Content-MD5 or a checksum of its body.',
      })
    const { keys, quiet } = asked(readXml(await readDocument(call, maxDocumentBytes), { maxElements }))
    const refused: XmlElement[] = []
    const wanted = new Map<string, string>()
    for (const { key, plain } of keys) {
      try {
        if (!plain) throw new S3Error('NotImplemented')
        const location = toLocation({ bucket: address.bucket, key })
        checkScope(session, location, 'read-write')
        wanted.set(location, key)
      } catch (error) {
        refused.push(failed(key, toS3Error(error)))
      }
    }
    const { failed: failures } = await storage.deleteMany([...wanted.keys()], { signal })
    for (const { location, error } of failures) {
      const key = wanted.get(location)
      if (key === undefined || cannotHold(key, error)) continue
      wanted.delete(location)
      refused.push(failed(key, toS3Error(error)))
    }
    const deleted: XmlElement[] = quiet
      ? []
      : [...wanted.values()].map((key) => ['Deleted', [['Key', key]]] as const)
    return {
      status: 200,
      body: xmlResult('DeleteResult', [...deleted, ...refused]),
      note: { deleted: [...wanted.values()], refused: refused.length },
    }
  },
}

interface Asked {
  readonly quiet: boolean
  readonly keys: readonly { readonly key: string; readonly plain: boolean }[]
}

function asked(root: XmlNode): Asked {
  if (root.name !== 'Delete') throw malformed('the root element is not Delete')
  const keys: { key: string; plain: boolean }[] = []
  for (const child of root.children) {
    if (child.name === 'Quiet') continue
    if (child.name !== 'Object') throw malformed(`the root element contains ${child.name}`)
    const key = childText(child, 'Key')
    if (key === undefined || key === '') throw malformed('an object has no key')
    // A version, ETag or size of an object is a condition of its deletion, and this server does not support such
    // conditions.
    keys.push({ key, plain: child.children.every(({ name, text }) => name === 'Key' || text === 'null') })
  }
  if (keys.length === 0 || keys.length > maxKeys)
    throw malformed(`the request contains ${keys.length} keys, but 1 to ${maxKeys} are allowed`)
  return { keys, quiet: childText(root, 'Quiet')?.trim() === 'true' }
}

function failed(key: string, { code, message }: S3Error): XmlElement {
  return [
    'Error',
    [
      ['Key', key],
      ['Code', code],
      ['Message', message],
    ],
  ]
}
