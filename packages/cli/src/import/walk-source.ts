import {
  type Namespace,
  NoSuchNamespaceError,
  type Pages,
  type TableIdentifier,
} from '@headgate/iceberg/client'
import type { SourceRelation } from './import-relation.ts'
import { canContainSelected, isSelected, type Selection } from './namespace-pattern.ts'
import type { RelationKind } from './relation-state.ts'
import type { Task } from './run-tasks.ts'
import { ask, RefusedError, type Side } from './side.ts'

export interface WalkDeps {
  readonly source: Side
  readonly target: Side
  readonly selection: Selection
  /** Creates a namespace in the target catalog if it does not exist. Returns whether it already existed. */
  readonly ensureNamespace: (namespace: Namespace) => Promise<boolean>
  /** Called for each table and view of the selected namespaces. Imports it. */
  readonly onRelation: (relation: SourceRelation) => Promise<void>
  /** Called for each namespace, before the calls for its tables and views. */
  readonly onNamespace: (namespace: Namespace) => void
  /** Called for each page of a list, with the number of its tables or views. */
  readonly onFound: (count: number) => void
  readonly onProblem: (namespace: Namespace, reason: string) => void
  readonly warn: (text: string) => void
}

/**
 * Returns a task that lists the namespaces of the source catalog. It returns tasks that import the content of the
 * selected namespaces. Tasks are small, so that a run can be stopped quickly.
 */
export function walkSource(deps: WalkDeps): Task {
  const { source, selection } = deps
  const lacks = { levels: false, views: false }

  const children =
    (parent: Namespace): Task =>
    async () => {
      if (parent.length > 0 && lacks.levels) return []
      const found: Namespace[] = []
      try {
        await ask(source, async (catalog) => {
          for await (const namespace of catalog.listNamespaces(parent.length === 0 ? {} : { parent })) {
            // A catalog whose namespaces have only one level can ignore the parent, and list the outermost namespaces
            // again.
            if (
              namespace.length === parent.length + 1 &&
              parent.every((level, at) => namespace[at] === level)
            )
              found.push(namespace)
          }
        })
      } catch (error) {
        if (parent.length === 0 || !isUnsupported(error)) throw error
        if (!lacks.levels)
          deps.warn(
            `The source refused to list namespaces inside other namespaces, so only the outermost namespaces are imported. ${error.message}`,
          )
        lacks.levels = true
      }
      return found.filter((namespace) => canContainSelected(selection, namespace)).flatMap(namespaceTasks)
    }

  const namespaceTasks = (namespace: Namespace): Task[] => [
    ...(isSelected(selection, namespace) ? [reported(deps, namespace, content(deps, namespace, lacks))] : []),
    reported(deps, namespace, children(namespace)),
  ]

  return children([])
}

/** Returns whether a catalog refused to list tables or views because it does not support objects of this kind. */
function isUnsupported(error: unknown): error is RefusedError {
  if (!(error instanceof RefusedError) || error.response instanceof NoSuchNamespaceError) return false
  return [400, 404, 405, 406, 501].includes(error.response.status)
}

/**
 * Wraps a task. If the catalog refuses a request of the task, the returned task reports this as a problem of the
 * namespace instead of throwing. The import continues with the other namespaces.
 */
function reported({ onProblem }: WalkDeps, namespace: Namespace, task: Task): Task {
  return async () => {
    try {
      return await task()
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error
      onProblem(namespace, error.message)
      return []
    }
  }
}

/** Returns a task that imports the tables and views of one namespace. */
function content(deps: WalkDeps, namespace: Namespace, lacks: { views: boolean }): Task {
  const { source, target } = deps
  return async () => {
    const existed = await deps.ensureNamespace(namespace)
    deps.onNamespace(namespace)
    const inTarget = existed ? await readNames(target, namespace) : new Map<string, RelationKind>()
    const tables = page(deps, 'table', namespace, list(source, 'table', namespace).pages(), inTarget)
    const views = page(deps, 'view', namespace, list(source, 'view', namespace).pages(), inTarget)
    const viewsIfAny: Task = async () => {
      try {
        return lacks.views ? [] : await views()
      } catch (error) {
        if (!isUnsupported(error)) throw error
        if (!lacks.views)
          deps.warn(`The source refused to list views, so no views are imported. ${error.message}`)
        lacks.views = true
        return []
      }
    }
    return [
      reported(deps, namespace, tables),
      ...(source.catalog.supports('listViews') ? [reported(deps, namespace, viewsIfAny)] : []),
    ]
  }
}

/**
 * Returns a task that reads the next page of a list of tables or views. It returns one task for each table or view of
 * the page, and one task for the page after it.
 */
function page(
  deps: WalkDeps,
  kind: RelationKind,
  namespace: Namespace,
  pages: ReturnType<Pages<TableIdentifier>['pages']>,
  inTarget: ReadonlyMap<string, RelationKind>,
): Task {
  return async () => {
    const { value, done } = await ask(deps.source, () => pages.next())
    if (done === true || value === undefined) return []
    deps.onFound(value.items.length)
    const tasks = value.items.map((identifier): Task => async () => {
      await deps.onRelation({ kind, identifier, targetKind: inTarget.get(identifier.name) ?? null })
      return []
    })
    if (value.nextPageToken === null) return tasks
    return [...tasks, reported(deps, namespace, page(deps, kind, namespace, pages, inTarget))]
  }
}

function list({ catalog }: Side, kind: RelationKind, namespace: Namespace): Pages<TableIdentifier> {
  return kind === 'table' ? catalog.listTables(namespace) : catalog.listViews(namespace)
}

/** Lists all tables and views in a namespace of the target catalog. Returns their names with their kinds. */
async function readNames(target: Side, namespace: Namespace): Promise<Map<string, RelationKind>> {
  const names = new Map<string, RelationKind>()
  for (const kind of ['table', 'view'] as const) {
    await ask(target, async () => {
      for await (const { name } of list(target, kind, namespace)) names.set(name, kind)
    })
  }
  return names
}
