import { randomUUID } from 'node:crypto'
import { failed, warning, type Diagnosis } from '../finding.ts'
import { reports } from '../reports.ts'
import type { DoctorContext } from '../context.ts'
import type { TableLocations } from '../credentials/locations.ts'
import { describeS3, readS3Error } from './s3-error.ts'
import { s3Request } from './s3-request.ts'
import { encodeSegment, parseS3Location, toUrl, type S3Target } from './s3-target.ts'

const firstByte = [['range', 'bytes=0-0']] as const

/** Checks that the vended storage keys allow reads in the folder of data files. */
export async function probeData(
  context: DoctorContext,
  target: S3Target,
  { table, data }: TableLocations,
): Promise<readonly Diagnosis[]> {
  const list = await listFirst(context, target, data)
  if (list.status === 200) {
    const { key } = list
    if (key === undefined) {
      context.fact(`${data} can be listed, and has no files`)
      return []
    }
    const url = toUrl(target, { bucket: parseS3Location(data).bucket, key })
    const read = await s3Request(context, target, { method: 'GET', url, headers: firstByte })
    context.fact(`a file in ${data}: status ${read.status}`)
    return read.status === 403 ? [notCovered(data, describeS3(readS3Error(read)))] : []
  }
  const metadata = await listFirst(context, target, `${table}/metadata`)
  if (list.status === 403 && metadata.status === 200) return [notCovered(data, list.error)]
  context.fact(
    `the store refuses lists, so the folder of data files was not checked; --scratch writes a file`,
  )
  return []
}

const notCovered = (data: string, error: string): Diagnosis =>
  failed('data-not-covered', {
    evidence: `The keys read the metadata of the table, and not its data files in ${data} (${error}).`,
    remedy:
      'Let the catalog vend keys for all locations of the table: location, write.data.path and write.metadata.path.',
    report: reports.keysWithoutData,
  })

interface Listed {
  readonly status: number
  readonly key: string | undefined
  readonly error: string
}

async function listFirst(context: DoctorContext, target: S3Target, folder: string): Promise<Listed> {
  const { bucket, key } = parseS3Location(folder)
  const prefix = encodeSegment(`${key}/`)
  const url = toUrl(target, { bucket, key: '' }, `list-type=2&max-keys=1&prefix=${prefix}`)
  const response = await s3Request(context, target, { method: 'GET', url })
  return {
    status: response.status,
    key: decodeXml(/<Contents>[^]*?<Key>([^<]*)<\/Key>/.exec(response.text)?.[1]),
    error: describeS3(readS3Error(response)),
  }
}

function decodeXml(text: string | undefined): string | undefined {
  return text
    ?.replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&')
}

/** Checks that vended keys do not allow reads outside the locations of the table. */
export async function probeOutside(
  context: DoctorContext,
  target: S3Target,
  { table }: TableLocations,
): Promise<readonly Diagnosis[]> {
  const { bucket, key } = parseS3Location(table)
  if (key === '') return []
  const parent = key.includes('/') ? key.slice(0, key.lastIndexOf('/') + 1) : ''
  const outside = { bucket, key: `${parent}headgate-doctor-${randomUUID()}/probe` }
  const response = await s3Request(context, target, {
    method: 'GET',
    url: toUrl(target, outside),
    headers: firstByte,
  })
  context.fact(`an object outside the table: status ${response.status}`)
  const isAllowed = response.status === 404 || (response.status >= 200 && response.status < 300)
  if (!isAllowed) return []
  return [
    warning('keys-too-wide', {
      evidence: `The keys of the table also reach s3://${bucket}/${outside.key}: the store answers ${response.status}, not 403.`,
      remedy:
        'Let the catalog restrict keys to the locations of the table (a session policy of its token service).',
    }),
  ]
}
