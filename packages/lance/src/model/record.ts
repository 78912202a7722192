import type { Json } from '@headgate/json'
import { at, nullable, object, type Decoder } from './decode.ts'
import { WireError } from './wire-error.ts'

/** How one member of an object is read. */
export interface Field<T, Required extends boolean> {
  readonly decode: Decoder<T>
  readonly required: Required
  /** Whether a null is kept. Otherwise it is the same as a missing member, as many servers send it. */
  readonly keepsNull: boolean
}

/** One field for each member of `T`: the compiler sees to it that none is forgotten. */
export type Fields<T> = {
  readonly [Name in keyof T]-?: Field<T[Name], object extends Pick<T, Name> ? false : true>
}

export const required = <T>(decode: Decoder<T>): Field<T, true> => ({
  decode,
  required: true,
  keepsNull: true,
})

export const optional = <T>(decode: Decoder<T>): Field<T, false> => ({
  decode,
  required: false,
  keepsNull: false,
})

/** A member that may be absent, or null with a meaning of its own. */
export const optionalOrNull = <T>(decode: Decoder<T>): Field<T | null, false> => ({
  decode: nullable(decode),
  required: false,
  keepsNull: true,
})

/** An object with the given members. Others are kept as they are: they are of a newer version of the protocol. */
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
