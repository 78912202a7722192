import type { Type } from './types.ts'
import { parsePrimitive } from './primitive.ts'

/** How messages call a type: the canonical name of a primitive one, the kind of a nested one. */
export function typeName(type: Type): string {
  return typeof type === 'string' ? parsePrimitive(type).canonical : type.type
}
