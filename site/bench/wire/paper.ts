/** The course's colours on paper, for pictures that leave the page: the light ones of `tokens.css`. */
export const PAPER = {
  paper: '#fcfaf5',
  ink: '#1d1c1a',
  'ink-2': '#524f48',
  'ink-3': '#6b675e',
  rule: '#d8d2c4',
  a: '#9a420f',
  'a-wash': '#faece0',
  b: '#234f99',
  'b-wash': '#e8eef8',
  no: '#a01c3b',
} as const

/** Fonts that are there, or something like them: a picture brings none along. */
export const FONTS = {
  sans: "'Source Sans 3', 'Source Sans 3 Variable', system-ui, 'Segoe UI', 'Noto Sans', 'PingFang SC', 'Noto Sans CJK SC', 'Microsoft YaHei', 'WenQuanYi Micro Hei', sans-serif",
  mono: "'IBM Plex Mono', ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', 'PingFang SC', 'Noto Sans CJK SC', 'Microsoft YaHei', 'WenQuanYi Micro Hei', monospace",
} as const
