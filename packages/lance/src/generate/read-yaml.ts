import { parsers } from 'prettier/plugins/yaml'

/** A node of the tree that prettier's YAML parser makes. */
interface Node {
  readonly type: string
  readonly value?: string
  readonly children?: readonly (Node | null)[]
}

export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain }

/**
 * Reads the first document of a YAML text. The parser is the one that comes with prettier: nothing else here needs
 * YAML, so nothing is installed for it.
 */
export async function readYaml(text: string): Promise<Plain> {
  const root = (await parsers.yaml.parse(text, {} as never)) as Node
  const body = child(child(root, 'document'), 'documentBody')
  return plain(body.children?.[0] ?? null)
}

function child(node: Node, type: string): Node {
  const found = node.children?.find((each) => each?.type === type)
  if (!found) throw new Error(`no ${type} in ${node.type}`)
  return found
}

function plain(node: Node | null): Plain {
  const children = node?.children ?? []
  switch (node?.type) {
    case undefined:
    case 'null':
      return null
    case 'mapping':
    case 'flowMapping':
      return Object.fromEntries(children.map((item) => entry(item)))
    case 'sequence':
    case 'flowSequence':
      return children.map((item) => plain(item?.children?.[0] ?? null))
    case 'plain':
      return scalar(node.value ?? '')
    case 'quoteDouble':
    case 'quoteSingle':
    case 'blockLiteral':
    case 'blockFolded':
      return node.value ?? ''
    default:
      throw new Error(`YAML ${node?.type} is not understood`)
  }
}

function entry(item: Node | null): readonly [string, Plain] {
  const [key, value] = item?.children ?? []
  return [key?.children?.[0]?.value ?? '', plain(value?.children?.[0] ?? null)]
}

function scalar(text: string): Plain {
  if (text === 'true' || text === 'false') return text === 'true'
  if (text === 'null' || text === '' || text === '~') return null
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text
}
