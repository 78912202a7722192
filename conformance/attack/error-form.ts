import { readMember } from '../refresh/catalog-client.ts'
import type { Seen } from './attack.ts'

/** Protocol that defines the form of an error response. */
export type Protocol = 'iceberg' | 'oauth' | 's3'

/**
 * Returns a sentence about the fault if the body of an error response does not have the form that its protocol
 * defines, otherwise undefined.
 */
export function wrongForm(protocol: Protocol, { status, text }: Seen): string | undefined {
  if (status < 400 || isForm[protocol](text, status)) return undefined
  return `${status} without an error in the form of ${protocol}: ${text.slice(0, 100)}`
}

const isForm: Readonly<Record<Protocol, (text: string, status: number) => boolean>> = {
  iceberg(text, status) {
    const error = readMember(parsed(text), 'error')
    return readMember(error, 'code') === status && isText(error, 'message') && isText(error, 'type')
  },
  oauth: (text) => isText(parsed(text), 'error'),
  s3: (text) => /<Error>[^]*<Code>\w+<\/Code>/.test(text),
}

function isText(value: unknown, name: string): boolean {
  const member = readMember(value, name)
  return typeof member === 'string' && member !== ''
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
