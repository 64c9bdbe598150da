/** Looks of the page around the markdown, close to GitHub's own: light, plain, no pictures. */
export const PAGE_CSS = `
body { margin: 0; background: #f6f8fa; color: #1f2328; font: 14px/1.5 -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; }
main { max-width: 960px; margin: 0 auto; padding: 24px 16px 64px; }
header { border-bottom: 1px solid #d1d9e0; margin-bottom: 24px; }
header .path { color: #0969da; margin: 0; }
h1 { font-size: 26px; font-weight: 400; margin: 4px 0 8px; }
.check > h3 { font-size: 14px; margin: 20px 0 8px; }
.number, .more { color: #59636e; }
.state { background: #1f883d; color: #fff; border-radius: 2em; padding: 4px 12px; font-weight: 500; }
header code { background: #ddf4ff; color: #0969da; border-radius: 6px; padding: 2px 6px; font-size: 12px; }
.caption { font-size: 16px; font-weight: 600; margin: 32px 0 12px; display: flex; gap: 10px; align-items: center; }
.caption span { background: #1f2328; color: #fff; border-radius: 50%; width: 26px; height: 26px; flex: none; text-align: center; line-height: 26px; font-size: 13px; }
.merge, .comment, .check { background: #fff; border: 1px solid #d1d9e0; border-radius: 6px; margin-bottom: 16px; }
.merge .row { display: flex; gap: 12px; align-items: center; padding: 12px 16px; }
.merge .row > span:nth-child(2) { flex: 1; }
.merge em { color: #59636e; font-style: normal; }
.merge .title { color: #59636e; }
.merge.failure { border-left: 4px solid #cf222e; } .merge.action { border-left: 4px solid #bc4c00; }
.merge.success { border-left: 4px solid #1a7f37; } .merge.pending { border-left: 4px solid #9a6700; }
.icon { width: 24px; height: 24px; flex: none; border-radius: 50%; color: #fff; text-align: center; line-height: 24px; font-weight: 700; background: #59636e; }
.failure .icon, .icon.failure { background: #cf222e; } .action .icon, .icon.action { background: #bc4c00; }
.success .icon, .icon.success { background: #1a7f37; } .pending .icon, .icon.pending { background: #9a6700; }
.tag { border: 1px solid #d1d9e0; border-radius: 2em; color: #59636e; font-size: 12px; padding: 0 8px; }
.bar { display: flex; gap: 10px; align-items: center; background: #f6f8fa; border-bottom: 1px solid #d1d9e0; border-radius: 6px 6px 0 0; padding: 10px 16px; }
.bar strong { flex: 1; } .comment .bar strong { flex: none; }
.avatar { background: #24292f; color: #fff; width: 24px; height: 24px; border-radius: 6px; text-align: center; line-height: 24px; font-weight: 700; }
.button { border: 1px solid #d1d9e0; background: #f6f8fa; border-radius: 6px; padding: 4px 12px; font-weight: 500; box-shadow: 0 1px 0 #1f23280a; }
.markdown-body { padding: 16px; font-size: 14px; border-radius: 0 0 6px 6px; overflow-wrap: anywhere; }
.markdown-body table { display: table; width: 100%; font-size: 12px; overflow-wrap: normal; }
.markdown-body table td, .markdown-body table th { padding: 5px 8px; }
.check > h3, .check > .more { margin-left: 16px; }
.annotation { margin: 0 16px 16px; border: 1px solid #d1d9e0; border-radius: 6px; overflow: hidden; }
.annotation .where { background: #f6f8fa; border-bottom: 1px solid #d1d9e0; margin: 0; padding: 6px 12px; font: 12px ui-monospace, "SF Mono", Menlo, monospace; }
.annotation .where span { color: #59636e; }
.annotation .code { font: 12px/20px ui-monospace, "SF Mono", Menlo, monospace; border-collapse: collapse; width: 100%; white-space: pre-wrap; overflow-wrap: anywhere; }
.annotation .line { color: #59636e; text-align: right; width: 48px; padding-right: 12px; user-select: none; }
.annotation .said { border-top: 1px solid #d1d9e0; border-left: 4px solid #59636e; padding: 8px 12px; }
.annotation .said p { margin: 2px 0 0; }
.annotation.failure .said { border-left-color: #cf222e; } .annotation.warning .said { border-left-color: #9a6700; }
`;
