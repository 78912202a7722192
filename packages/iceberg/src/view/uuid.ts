import type { Json } from '@headgate/json'
import { decodeUuid as checkUuid } from '../metadata/table/uuid.ts'
import { decodeText } from '../fields.ts'

/** Decodes a UUID of any version. Does not change its case. */
export const decodeUuid = (value: Json): string => checkUuid(decodeText(value))

/** Returns whether two UUIDs are equal, ignoring case. */
export const sameUuid = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()
