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
  /** Makes sure that the target has a namespace. Returns whether it had it before. */
  readonly ensureNamespace: (namespace: Namespace) => Promise<boolean>
  /** Imports one table or view. */
  readonly onRelation: (relation: SourceRelation) => Promise<void>
  /** Called for each namespace before its tables and views. */
  readonly onNamespace: (namespace: Namespace) => void
  /** Called with the number of tables and views of each listed page. */
  readonly onFound: (count: number) => void
  readonly onProblem: (namespace: Namespace, reason: string) => void
  readonly warn: (text: string) => void
}

/** Returns the task that imports all selected namespaces of the source. Every task that follows is small. */
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
            // A catalog without levels can ignore the parent, and list the outermost namespaces again.
            if (
              namespace.length === parent.length + 1 &&
              parent.every((level, at) => namespace[at] === level)
            )
              found.push(namespace)
          }
        })
      } catch (error) {
        if (parent.length === 0 || !isUnsupported(error)) throw error
        if (!lacks.levels) deps.warn(`The source does not list namespaces in namespaces. ${error.message}`)
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

/** Returns whether a catalog refuses a list because it has no such objects. */
function isUnsupported(error: unknown): error is RefusedError {
  if (!(error instanceof RefusedError) || error.response instanceof NoSuchNamespaceError) return false
  return [400, 404, 405, 406, 501].includes(error.response.status)
}

/** Returns a task that reports a refusal and continues with the other namespaces. */
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

/** Returns the task that imports the tables and views of one namespace. */
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
        if (!lacks.views) deps.warn(`The source lists no views. ${error.message}`)
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

/** Returns the task for the next page of a list: the tasks of its tables or views, and the task for the page after it. */
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

/** Reads the names of all tables and views of a namespace of the target. */
async function readNames(target: Side, namespace: Namespace): Promise<Map<string, RelationKind>> {
  const names = new Map<string, RelationKind>()
  for (const kind of ['table', 'view'] as const) {
    await ask(target, async () => {
      for await (const { name } of list(target, kind, namespace)) names.set(name, kind)
    })
  }
  return names
}
