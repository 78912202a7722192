import { HeadgateError } from '@headgate/errors'
import {
  decodeNameParam,
  decodeNamespaceParam,
  type Namespace,
  type TableIdentifier,
} from '@headgate/iceberg/rest'
import type { RelationKind } from '../store/relations.ts'
import type { Call } from '../http/operation.ts'
import type { IcebergParts } from './parts.ts'

type NameParts = Pick<IcebergParts, 'namespaceSeparator' | 'nameLimits'>

/** The namespace of the path; its levels are parted by the advertised separator or by U+001F. */
export function namespaceParam(parts: NameParts, call: Call): Namespace {
  return decodeNamespace(parts, call.params['namespace'] ?? '')
}

export function decodeNamespace(parts: NameParts, raw: string): Namespace {
  return decodeNamespaceParam(raw, [decodeURIComponent(parts.namespaceSeparator)], parts.nameLimits)
}

/**
 * Refuses a new namespace that no path would lead to: of one level, which holds the separator that is advertised.
 *
 * @throws HeadgateError `bad-request`
 */
export function checkReachable({ namespaceSeparator }: NameParts, levels: Namespace): void {
  const [level = ''] = levels
  const separator = decodeURIComponent(namespaceSeparator)
  if (levels.length > 1 || !level.includes(separator)) return
  throw new HeadgateError(
    'bad-request',
    `Invalid namespace: ${JSON.stringify(level)} holds ${JSON.stringify(separator)}, which stands between levels here (HEADGATE_NAMESPACE_SEPARATOR): send its levels one by one.`,
  )
}

/** The table or view of the path. */
export function relationParam(parts: NameParts, call: Call, kind: RelationKind): TableIdentifier {
  return {
    namespace: namespaceParam(parts, call),
    name: decodeNameParam(call.params[kind] ?? '', `${kind} name`, parts.nameLimits),
  }
}

/**
 * The query parameter `parent`; null: absent or empty, the warehouse itself. Some clients encode it twice, which
 * shows in a separator that arrives as the text `%1F`.
 */
export function parentParam(parts: NameParts, call: Call): Namespace | null {
  const parent = call.query.get('parent')
  if (parent === null || parent === '') return null
  return decodeNamespace(parts, /%1f/i.test(parent) ? parent : encodeURIComponent(parent))
}
