import { HeadgateError } from '@headgate/errors'
import type { WriteCondition } from './storage.ts'

/** Refuses a write that may happen only when there is no object and only when there is a certain one. */
export function checkCondition(condition: WriteCondition): void {
  if (condition.ifAbsent !== true || condition.ifMatch === undefined) return
  throw new HeadgateError('bad-request', 'A write takes one condition: ifAbsent or ifMatch')
}
