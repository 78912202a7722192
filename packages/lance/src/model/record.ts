import type { Json } from '@headgate/json'
import { at, nullable, object, type Decoder } from './decode.ts'
import { WireError } from './wire-error.ts'

/** Decoder of one member of an object. */
export interface Field<T, Required extends boolean> {
  readonly decode: Decoder<T>
  readonly required: Required
  /**
   * Whether null differs from a missing member. If not, null is read as a missing member, because many servers send
   * null instead.
   */
  readonly keepsNull: boolean
}

/** Decoders for all members of the object type `T`. The compiler reports a member without a decoder. */
export type Fields<T> = {
  readonly [Name in keyof T]-?: Field<T[Name], object extends Pick<T, Name> ? false : true>
}

/** Creates the decoder of a required member. */
export const required = <T>(decode: Decoder<T>): Field<T, true> => ({
  decode,
  required: true,
  keepsNull: true,
})

/** Creates the decoder of an optional member. Null is read as a missing member. */
export const optional = <T>(decode: Decoder<T>): Field<T, false> => ({
  decode,
  required: false,
  keepsNull: false,
})

/** Creates the decoder of an optional member for which null differs from a missing member. */
export const optionalOrNull = <T>(decode: Decoder<T>): Field<T | null, false> => ({
  decode: nullable(decode),
  required: false,
  keepsNull: true,
})

/** Creates a decoder for an object with these members. Unknown members, such as those of a later version, are kept. */
export function record<T extends object>(fields: Fields<NoInfer<T>>): Decoder<T> {
  const known = Object.entries(fields) as readonly [string, Field<unknown, boolean>][]
  return (value) => {
    const source = object(value)
    const result: Record<string, unknown> = { ...source }
    for (const [name, field] of known) {
      const member: Json | undefined = Object.hasOwn(source, name) ? source[name] : undefined
      if (member !== undefined && (member !== null || field.keepsNull))
        result[name] = at(name, field.decode, member)
      else if (field.required) throw new WireError(`missing ${name}`)
      else delete result[name]
    }
    return result as T
  }
}
