import type { Json } from '@headgate/json'
import { decodeUuid as checkUuid } from '../metadata/table/uuid.ts'
import { decodeText } from '../fields.ts'

/** A UUID of any version, in the spelling it came in. */
export const decodeUuid = (value: Json): string => checkUuid(decodeText(value))

/** UUIDs are the same whatever the case of their letters. */
export const sameUuid = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()
