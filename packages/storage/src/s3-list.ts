import { resolvePageSize } from './list-options.ts'
import { toObjectInfo } from './s3-read.ts'
import type { S3Bucket } from './s3-bucket.ts'
import type { ListEntry, ListOptions } from './storage.ts'
import { compareUtf8 } from './utf8-order.ts'

export async function* listObjects(
  s3: S3Bucket,
  prefix: string,
  options: ListOptions,
): AsyncGenerator<ListEntry> {
  const after = options.startAfter === undefined ? undefined : s3.toKey(options.startAfter)
  const input = {
    Bucket: s3.bucket,
    Prefix: s3.toPrefix(prefix),
    MaxKeys: resolvePageSize(options),
    // Keys are requested in URL encoding, because XML cannot represent all characters of keys.
    EncodingType: 'url',
    ...(options.delimiter === undefined ? {} : { Delimiter: options.delimiter }),
    ...(after === undefined ? {} : { StartAfter: after }),
  } as const
  for (let token: string | undefined; ;) {
    const page = await s3.call({ location: prefix, signal: options.signal }, (client, abortSignal) =>
      client.send(
        new s3.sdk.ListObjectsV2Command({
          ...input,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
        {
          abortSignal,
        },
      ),
    )
    // A store that does not support the URL encoding omits the field `EncodingType` and returns keys unencoded.
    const decodeKey = page.EncodingType === 'url' ? decode : (text = ''): string => text
    const entries: { key: string; entry: ListEntry }[] = []
    for (const object of page.Contents ?? []) {
      const key = decodeKey(object.Key)
      const info = toObjectInfo(object, object.Size ?? 0)
      entries.push({ key, entry: { type: 'object', location: s3.toLocation(key), info } })
    }
    for (const folded of page.CommonPrefixes ?? []) {
      const key = decodeKey(folded.Prefix)
      entries.push({ key, entry: { type: 'prefix', location: s3.toLocation(key) } })
    }
    entries.sort((a, b) => compareUtf8(a.key, b.key))
    for (const { key, entry } of entries) {
      options.signal?.throwIfAborted()
      // Some stores list a common prefix again when the list starts after this prefix, so entries up to `after` are
      // skipped.
      if (after === undefined || compareUtf8(key, after) > 0) yield entry
    }
    if (page.IsTruncated !== true || page.NextContinuationToken === undefined) return
    token = page.NextContinuationToken
  }
}

function decode(text: string | undefined): string {
  return decodeURIComponent((text ?? '').replaceAll('+', ' '))
}
