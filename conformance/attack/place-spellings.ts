import type { Fixture } from './fixture.ts'
import type { Random } from './random.ts'

/** Returns a location with the scheme `s3` and without trailing slashes. */
function plain(location: string): string {
  return location.replace(/^s3[an]?:\/\//i, 's3://').replace(/\/+$/, '')
}

/** Returns whether two locations differ only in the S3 scheme or in trailing slashes. */
export function isSameText(one: string, other: string): boolean {
  return plain(one) === plain(other)
}

/** Returns another spelling of a location. At least some clients or stores read it as the same location. */
export function otherSpelling(fixture: Fixture, random: Random, location: string): string {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(location) ?? []
  const at = Math.max(0, key.lastIndexOf('/'))
  const last = key.slice(at)
  const head = key.slice(0, at)
  const escaped = key.replaceAll(/[a-z]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`)
  return random.pick([
    `s3a://${bucket}/${key}`,
    `s3n://${bucket}/${key}`,
    `S3://${bucket}/${key}`,
    `${location}/`,
    `${location}//`,
    `s3a://${bucket}/${key}/`,
    `s3://${bucket}//${key}`,
    `s3://${bucket}/${head}/${last}`,
    `s3://${bucket}/./${key}`,
    `s3://${bucket}/x/../${key}`,
    `s3://${bucket}/${head}/./${last}`,
    `${location}/.`,
    `${location}/x/..`,
    `s3://${bucket}/${escaped}`,
    `s3://${bucket}/${key.replaceAll('/', '%2F')}`,
    `s3://${bucket}/${key.replaceAll('/', '\\')}`,
    `s3://${bucket.toUpperCase()}/${key}`,
    `s3://${bucket}/${key.toUpperCase()}`,
    `s3://${bucket}:443/${key}`,
    `s3://user@${bucket}/${key}`,
    `${location}?x`,
    `${location}#x`,
    `file://${fixture.toPath(location)}`,
    `file://${fixture.toPath(location)}/`,
    `file:${fixture.toPath(location)}`,
    `file://localhost${fixture.toPath(location)}`,
    `FILE://${fixture.toPath(location)}`,
  ])
}
