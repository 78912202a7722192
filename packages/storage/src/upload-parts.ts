import { HeadgateError } from '@headgate/errors'
import type { CompletedPart } from './storage.ts'

/** Maximum number of parts of one upload. All S3 stores accept this number. */
export const maxParts = 10_000

export function checkPartNumber(partNumber: number): void {
  if (Number.isInteger(partNumber) && partNumber >= 1 && partNumber <= maxParts) return
  throw new HeadgateError('bad-request', `Part number must be between 1 and ${maxParts}`)
}

/** Refuses part lists that are empty or not in ascending order. */
export function checkPartOrder(parts: readonly CompletedPart[]): void {
  let last = 0
  for (const { partNumber } of parts) {
    checkPartNumber(partNumber)
    if (partNumber <= last) throw new HeadgateError('bad-request', 'Parts must be in ascending order')
    last = partNumber
  }
  if (last === 0) throw new HeadgateError('bad-request', 'An upload needs at least one part')
}
