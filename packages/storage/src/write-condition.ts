import { HeadgateError } from '@headgate/errors'
import type { WriteCondition } from './storage.ts'

/** Refuses a write with both conditions: no object, and an object with a certain ETag. */
export function checkCondition(condition: WriteCondition): void {
  if (condition.ifAbsent !== true || condition.ifMatch === undefined) return
  throw new HeadgateError('bad-request', 'A write takes one condition: ifAbsent or ifMatch')
}
