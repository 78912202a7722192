import { parsers } from 'prettier/plugins/yaml'

/** Node of the syntax tree of the YAML parser in prettier. */
interface Node {
  readonly type: string
  readonly value?: string
  readonly children?: readonly (Node | null)[]
}

/** Value of a YAML document. */
export type YamlValue =
  null | boolean | number | string | readonly YamlValue[] | { readonly [key: string]: YamlValue }

/**
 * Parses the first document of a YAML text with the parser of prettier, which is already a dependency. Supports the parts
 * of YAML that the specifications use.
 */
export async function readYaml(text: string): Promise<YamlValue> {
  const root = (await parsers.yaml.parse(text, {} as never)) as Node
  const body = child(child(root, 'document'), 'documentBody')
  return plain(body.children?.[0] ?? null)
}

function child(node: Node, type: string): Node {
  const found = node.children?.find((each) => each?.type === type)
  if (!found) throw new Error(`The node ${node.type} has no child ${type}.`)
  return found
}

function plain(node: Node | null): YamlValue {
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
      throw new Error(`YAML nodes of type ${node?.type} are not supported.`)
  }
}

function entry(item: Node | null): readonly [string, YamlValue] {
  const [key, value] = item?.children ?? []
  return [key?.children?.[0]?.value ?? '', plain(value?.children?.[0] ?? null)]
}

function scalar(text: string): YamlValue {
  if (text === 'true' || text === 'false') return text === 'true'
  if (text === 'null' || text === '' || text === '~') return null
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text
}
