import { isVouchedFor, readDocument } from '../body.ts'
import { locationOf } from '../address.ts'
import { cannotHold } from '../missing.ts'
import type { S3Response, S3Call, S3Operation } from '../operation.ts'
import { S3Error } from '../s3-error.ts'
import { checkScope } from '../scope.ts'
import { toS3Error } from '../to-s3-error.ts'
import { childText, malformed, readXml } from '../xml-reader.ts'
import { type XmlElement, xmlResult } from '../xml-writer.ts'
import type { XmlNode } from '../../xml.ts'

const maxKeys = 1000
/** Maximum size of the body in bytes: 1,000 keys of 1,024 bytes, their tags, and references in the keys. */
const maxDocumentBytes = 2 * 1024 * 1024
/** Maximum number of elements: each object has a key and the elements that S3 allows with it (version, ETag, size, date). */
const maxElements = 2 + 6 * maxKeys

/** DeleteObjects: deletes up to 1,000 keys and returns a result for each. Keys outside the session's prefixes are refused one by one. */
export const deleteObjects: S3Operation = {
  id: 'DeleteObjects',
  access: 'read-write',
  async handle(call: S3Call): Promise<S3Response> {
    const { session, storage, address, signal } = call
    if (!isVouchedFor(call))
      throw new S3Error('InvalidRequest', { message: 'The body needs Content-MD5 or a checksum.' })
    const { keys, quiet } = asked(readXml(await readDocument(call, maxDocumentBytes), { maxElements }))
    const refused: XmlElement[] = []
    const wanted = new Map<string, string>()
    for (const { key, plain } of keys) {
      try {
        if (!plain) throw new S3Error('NotImplemented')
        const location = locationOf({ bucket: address.bucket, key })
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
  if (root.name !== 'Delete') throw malformed('the root is not Delete')
  const keys: { key: string; plain: boolean }[] = []
  for (const child of root.children) {
    if (child.name === 'Quiet') continue
    if (child.name !== 'Object') throw malformed(`it contains ${child.name}`)
    const key = childText(child, 'Key')
    if (key === undefined || key === '') throw malformed('an object has no key')
    // A version, an ETag or a size is a condition of the deletion, which this server does not support.
    keys.push({ key, plain: child.children.every(({ name, text }) => name === 'Key' || text === 'null') })
  }
  if (keys.length === 0 || keys.length > maxKeys) throw malformed(`it contains ${keys.length} keys`)
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
