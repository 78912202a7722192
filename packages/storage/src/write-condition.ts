import { HeadgateError } from '@headgate/errors'
import type { WriteCondition } from './storage.ts'

/** Refuses a write that sets both `ifAbsent` and `ifMatch`. */
export function checkCondition(condition: WriteCondition): void {
  if (condition.ifAbsent !== true || condition.ifMatch === undefined) return
  throw new HeadgateError('bad-request', 'A write can have only one condition: ifAbsent or ifMatch')
}
