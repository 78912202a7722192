import type { Type } from './types.ts'
import { parsePrimitive } from './primitive.ts'

/** Returns the name of a type for messages: the canonical name of a primitive type, or the kind of a nested type. */
export function typeName(type: Type): string {
  return typeof type === 'string' ? parsePrimitive(type).canonical : type.type
}
