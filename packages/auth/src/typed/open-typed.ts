import type { ReadyProvider } from '../auth-provider.ts'
import type { Properties } from '../properties/auth-properties.ts'
import { AuthRegistry, type CreateOptions } from '../registry.ts'
import type { Secret } from '../secret.ts'

/** A secret as text, or wrapped in a {@link Secret}, so that it is not printed by mistake. */
export type SecretText = string | Secret

/** Options that every typed constructor accepts. */
export interface TypedOptions {
  /** Further properties by their full names: `rest.auth.oauth2.client-auth.jwt.key-id`. The README lists them. */
  readonly properties?: Properties
}

type Value = string | number | boolean | Secret | readonly string[] | Properties | undefined

/**
 * Creates a provider from typed options. The name of a property is the name of its option in kebab case, unless
 * `names` contains another name.
 */
export async function openTyped(
  type: string,
  options: { readonly [name: string]: Value },
  create: CreateOptions,
  names: Readonly<Record<string, string>> = {},
): Promise<ReadyProvider> {
  const { properties = {}, ...values } = options as TypedOptions & Readonly<Record<string, Value>>
  const entries = Object.entries(values).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [[`rest.auth.${type}.${names[name] ?? toKebabCase(name)}`, toProperty(value)] as const],
  )
  const all = { ...properties, 'rest.auth.type': type, ...Object.fromEntries(entries) }
  return await new AuthRegistry().create(all, create)
}

const toKebabCase = (name: string): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)

function toProperty(value: Exclude<Value, undefined>): string | number | boolean | Secret {
  return Array.isArray(value) ? value.join(',') : (value as string | number | boolean | Secret)
}
