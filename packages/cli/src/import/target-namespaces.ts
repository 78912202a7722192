import { AlreadyExistsError, ForbiddenError, type Namespace } from '@headgate/iceberg/client'
import { formatLevels } from '../names/dotted.ts'
import { ask, RefusedError, type Side } from './side.ts'

export interface NamespaceDeps {
  readonly source: Side
  readonly target: Side
  readonly dryRun: boolean
  readonly warn: (text: string) => void
  /**
   * Called once for each namespace that the import needs in the target catalog. `existed` is false if the import
   * created it.
   */
  readonly onNamespace: (existed: boolean) => void
}

/**
 * Returns a function that creates a namespace and its parents in the target catalog if they do not exist, with the
 * properties of the source. The function returns whether the namespace already existed. In a dry run, it creates
 * nothing.
 */
export function createNamespaces(deps: NamespaceDeps): (namespace: Namespace) => Promise<boolean> {
  const known = new Map<string, Promise<boolean>>()

  const ensure = async (namespace: Namespace): Promise<boolean> => {
    const key = JSON.stringify(namespace)
    const existed = known.get(key) ?? provide(namespace)
    known.set(key, existed)
    return await existed
  }

  const provide = async (namespace: Namespace): Promise<boolean> => {
    const parent = namespace.slice(0, -1)
    const canExist = parent.length === 0 || (await ensure(parent)) || !deps.dryRun
    const existed = canExist && (await ask(deps.target, (catalog) => catalog.namespaceExists(namespace)))
    deps.onNamespace(existed)
    if (deps.dryRun) return existed
    const properties = await ask(deps.source, (catalog) => catalog.loadNamespace(namespace))
    if (!existed && (await create(deps.target, namespace, properties))) return false
    await addProperties(deps, namespace, properties)
    return true
  }

  return ensure
}

/** Creates a namespace in the target catalog. Returns false if another program has created it in the meantime. */
async function create(
  target: Side,
  namespace: Namespace,
  properties: Readonly<Record<string, string>>,
): Promise<boolean> {
  try {
    await ask(target, (catalog) => catalog.createNamespace(namespace, properties))
    return true
  } catch (error) {
    if (error instanceof RefusedError && error.response instanceof AlreadyExistsError) return false
    throw error
  }
}

/**
 * Adds properties to a namespace that already exists in the target catalog. Does not change properties that the
 * namespace already has.
 */
async function addProperties(
  { target, warn }: NamespaceDeps,
  namespace: Namespace,
  wanted: Readonly<Record<string, string>>,
): Promise<void> {
  if (Object.keys(wanted).length === 0) return
  const name = formatLevels(namespace)
  try {
    const current = await ask(target, (catalog) => catalog.loadNamespace(namespace))
    const updates = Object.fromEntries(Object.entries(wanted).filter(([key]) => !Object.hasOwn(current, key)))
    const others = Object.keys(wanted).filter((key) => (current[key] ?? wanted[key]) !== wanted[key])
    if (others.length > 0)
      warn(
        `Namespace ${name} of the target keeps its values of ${others.join(', ')}, which differ from the values in the source.`,
      )
    if (Object.keys(updates).length === 0) return
    await ask(target, (catalog) => catalog.updateNamespaceProperties(namespace, { updates }))
  } catch (error) {
    if (!(error instanceof RefusedError) || !(error.response instanceof ForbiddenError)) throw error
    warn(`The properties of namespace ${name} were not copied: ${error.response.message}`)
  }
}
