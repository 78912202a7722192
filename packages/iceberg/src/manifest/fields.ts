import { AvroError } from '../avro/avro-error.ts'
import type { AvroType, RecordField, RecordType } from '../avro/type.ts'
import type { AvroValue, FieldUse } from '../avro/value-reader.ts'

/** Field of a record in a manifest or manifest list, as the Iceberg specification defines it. */
export interface KnownField {
  readonly id: number
  readonly name: string
  /** Whether the field is decoded with its record. Default: `read` */
  readonly use?: FieldUse
}

/**
 * Returns the known field that a field of the file is. Iceberg identifies fields by ids; their names differ between
 * versions. Files without ids have the names of the specification.
 */
function knownField<T extends KnownField>(fields: readonly T[], { id, name }: RecordField): T | undefined {
  return fields.find((known) => (id === null ? known.name === name : known.id === id))
}

/** Returns how a field of a record is read of which only these fields are known. */
export function useOf(fields: readonly KnownField[], field: RecordField): FieldUse {
  const known = knownField(fields, field)
  return known === undefined ? 'skip' : (known.use ?? 'read')
}

/** Returns the type of a known field. Undefined: the record does not have the field. */
export function typeOf(
  record: RecordType,
  fields: readonly KnownField[],
  name: string,
): AvroType | undefined {
  return record.fields.find((field) => knownField(fields, field)?.name === name)?.type
}

/**
 * Returns the record type behind a type that may be optional (a union with null).
 *
 * @throws AvroError
 */
export function recordIn(type: AvroType | undefined): RecordType {
  const record = type?.kind === 'union' ? type.branches.find(({ kind }) => kind === 'record') : type
  if (record?.kind !== 'record') throw new AvroError('is not a manifest or manifest list')
  return record
}

/**
 * Returns the position of each known field among the values of a decoded record, or -1 for a field that the file does
 * not have.
 */
export function positions<Name extends string>(
  record: RecordType,
  fields: readonly (KnownField & { readonly name: Name })[],
): Readonly<Record<Name, number>> {
  const names = record.fields
    .map((field) => knownField(fields, field)?.name)
    .filter((name) => name !== undefined)
  return Object.fromEntries(fields.map(({ name }) => [name, names.indexOf(name)])) as Record<Name, number>
}

/** Returns the values of a decoded record or array. */
export function listValue(value: AvroValue): readonly AvroValue[] {
  if (!Array.isArray(value))
    throw new AvroError('is not a manifest or manifest list: a value has the wrong type')
  return value as readonly AvroValue[]
}
