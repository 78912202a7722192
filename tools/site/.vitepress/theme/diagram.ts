import { useData } from 'vitepress'
import { defineComponent, h, onMounted, ref, watch } from 'vue'

let count = 0

/** Draws a Mermaid diagram in the colors of the page. Loads Mermaid only on pages with a diagram. */
export const Diagram = defineComponent({
  props: { code: { type: String, required: true } },
  setup(props) {
    const { isDark } = useData()
    const drawing = ref('')
    const text = decodeURIComponent(props.code)
    const draw = async (): Promise<void> => {
      const { default: mermaid } = await import('mermaid')
      mermaid.initialize({
        startOnLoad: false,
        securityLevel: 'strict',
        theme: isDark.value ? 'dark' : 'neutral',
        fontFamily: getComputedStyle(document.body).fontFamily,
      })
      count += 1
      const { svg } = await mermaid.render(`diagram-${count}`, text)
      drawing.value = svg
    }
    onMounted(draw)
    watch(isDark, draw)
    // Shows the text of the diagram until it is drawn, and in browsers without JavaScript.
    return () =>
      drawing.value === ''
        ? h('pre', { class: 'diagram' }, text)
        : h('div', {
            class: 'diagram',
            style: `--own-width: ${readWidth(drawing.value)}px`,
            innerHTML: drawing.value,
          })
  },
})

/** Returns the natural width of an SVG drawing in pixels. */
function readWidth(svg: string): number {
  return Number(/viewBox="[^"]*?([\d.]+) [\d.]+"/.exec(svg)?.[1] ?? 0)
}
