/// The style of the page: light, dark and on paper.
enum HTMLStyle {
    static let text = """
        :root{--paper:#fff;--ink:#1a1a1a;--quiet:#555;--axis:#808080;--faint:#e4e4e4;--panel:#f6f6f4;--link:#0057a8;\
        --focus:#d55e00}
        @media (prefers-color-scheme:dark){:root{--paper:#16181b;--ink:#ececec;--quiet:#a8adb3;--axis:#7d838a;\
        --faint:#33373c;--panel:#1f2226;--link:#7fbcff;--focus:#ffb454}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.45 "DejaVu Sans",Verdana,system-ui,sans-serif}
        html{scroll-padding-top:calc(var(--head,0px) + 8px)}
        .unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap;margin:0}
        .skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;z-index:4;background:var(--paper);padding:6px 10px}
        header,main,footer{max-width:1120px;margin:0 auto;padding:0 20px}
        header{position:sticky;top:0;background:var(--paper);border-bottom:1px solid var(--faint);z-index:2;padding-bottom:8px}
        p,h1,h2,footer{overflow-wrap:anywhere}h1{font-size:22px;margin:14px 0 6px}h2{font-size:19px;margin:34px 0 8px}h3{font-size:16px;margin:26px 0 8px}
        section{border-bottom:1px solid var(--faint);padding-bottom:24px}
        .quiet{color:var(--quiet)}p.quiet,footer.quiet{font-size:13px}.keys{margin:6px 0 0}
        kbd{border:1px solid var(--axis);border-radius:3px;padding:0 4px;font-size:12px}
        a{color:var(--link)}
        button{font:inherit;font-size:13px;color:inherit;background:var(--panel);border:1px solid var(--faint);\
        border-radius:5px;padding:3px 9px;margin:0 6px 4px 0;cursor:pointer}
        button[aria-pressed=true]{border-color:var(--ink)}
        button i{display:inline-block;width:13px;height:13px;border-radius:2px;margin-right:4px;font:bold 10px/13px "DejaVu Sans",Verdana,sans-serif;\
        text-align:center;vertical-align:1px}
        button svg.mark{width:22px;height:12px;background:#fff;border-radius:2px;margin-right:5px;vertical-align:-1px}
        .rim{fill:#b4b4b4}
        :focus-visible{outline:2px solid var(--focus);outline-offset:1px}
        dl{display:grid;grid-template-columns:max-content 1fr;gap:3px 14px;margin:10px 0}
        dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}
        .bar{display:flex;height:16px;border-radius:3px;overflow:hidden;margin:10px 0}
        .bar span{flex-basis:0;min-width:0;overflow:hidden;text-align:center;font:bold 11px/16px "DejaVu Sans",Verdana,sans-serif}
        .scroll{overflow-x:auto}
        table{border-collapse:collapse;font-size:13px;width:100%}tbody+tbody{border-top:2px solid var(--axis)}
        th,td{padding:3px 8px;text-align:left;border-bottom:1px solid var(--faint);vertical-align:top}
        thead th{padding:0}thead th.n{text-align:right}td{overflow-wrap:break-word}
        .sort{border:0;background:none;font-weight:bold;margin:0;padding:4px 8px;white-space:nowrap}
        th[aria-sort=ascending] .sort::after{content:" ▲"}th[aria-sort=descending] .sort::after{content:" ▼"}
        td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
        td.share{background:linear-gradient(to right,color-mix(in srgb,var(--color) 38%,transparent) var(--share),transparent 0)}
        tr.changed{background:var(--panel);font-weight:600}
        figure{margin:0 0 18px;overflow-x:auto}
        svg.figure{width:100%;min-width:600px;max-width:960px;height:auto;display:block;font-family:"DejaVu Sans",Verdana,sans-serif}
        .ink{fill:var(--ink)}.quiet{fill:var(--quiet)}.axis{fill:var(--axis)}.faint{fill:var(--faint)}
        .s-ink{stroke:var(--ink)}.s-quiet{stroke:var(--quiet)}.s-axis{stroke:var(--axis)}.s-faint{stroke:var(--faint)}
        .layer{background:var(--panel);border-radius:8px;padding:8px 14px 10px;margin:0 0 14px;\
        break-inside:avoid}
        .layer summary{font-weight:bold;cursor:pointer;overflow-wrap:anywhere}.layer p{margin:4px 0}
        .sheet{position:relative;width:fit-content;max-width:100%;margin:8px 0;background:#fff}
        .sheet canvas{display:block;max-width:100%;image-rendering:pixelated;cursor:pointer;touch-action:manipulation}
        .cursor{position:absolute;border:2px solid #d55e00;pointer-events:none}.cursor.marked{border-style:dashed}
        .count:empty,.found:empty{display:none}.row{margin:4px 0}.found{margin:2px 0}
        .panel{margin:2px 0 4px;font-size:13px}.panel summary{cursor:pointer}
        .fields{display:flex;flex-wrap:wrap;gap:6px 16px;align-items:center;padding:6px 0 2px}
        .fields input,.fields select{font:inherit;color:inherit;background:var(--panel);border:1px solid var(--axis);\
        border-radius:5px;padding:2px 5px;max-width:100%}.fields input[type=number]{width:64px}.fields input[type=search]{width:150px}
        details.network{border-bottom:1px solid var(--faint)}details.network>summary{cursor:pointer;padding:6px 0}
        details.network>summary h2{display:inline;margin:0;font-size:16px}
        dialog{width:min(860px,calc(100vw - 16px));max-height:calc(100dvh - 16px);overflow:auto;background:var(--paper);\
        color:var(--ink);border:1px solid var(--axis);border-radius:10px;padding:14px 18px}
        dialog::backdrop{background:rgb(0 0 0/.45)}
        dialog .head{display:flex;gap:12px;justify-content:space-between;align-items:start;position:sticky;top:-14px;\
        background:var(--paper);padding:4px 0}dialog .head span{flex:none}dialog h2{margin:0;font-size:17px;min-width:0}
        dialog h3{margin:14px 0 4px}dialog h4{margin:8px 0 4px;font-size:13px}
        .pair{display:flex;flex-wrap:wrap;gap:18px;align-items:start}.pair>div{max-width:100%}.pair figure{flex:1 1 220px;margin:0;font-size:13px}
        #kernel-response{width:198px;height:198px;image-rendering:pixelated;display:block;border:1px solid var(--axis)}
        #kernel-values{width:auto}#kernel-values caption{text-align:left;color:var(--quiet);padding-bottom:3px}
        #kernel-values td{border:0;text-align:center;min-width:60px;height:44px;vertical-align:middle;\
        font-variant-numeric:tabular-nums}#kernel-values.small td{min-width:0;height:auto;padding:2px;font-size:10px}
        .near{display:flex;flex-wrap:wrap;gap:6px;list-style:none;margin:0;padding:0}
        .near button{display:flex;flex-direction:column;align-items:center;min-width:64px;margin:0;gap:2px}
        .near canvas{display:block}.near .patch{display:flex;flex-direction:column;align-items:center;font-size:13px;width:84px}
        .patch canvas{width:64px;height:64px}.patch .name{max-width:100%;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;font-size:12px}
        .plot{max-width:520px;aspect-ratio:480/104;margin:8px 0 0}svg.histogram{width:100%;height:auto;display:block}
        .hollow{fill:var(--paper)}img.served{width:100%;max-width:960px;background:#fff;display:block}
        .legend{font-size:13px;margin:4px 0}.legend span{margin-right:14px;white-space:nowrap}
        .legend i{display:inline-block;width:11px;height:11px;border-radius:2px;margin-right:5px;vertical-align:-1px}
        [hidden]{display:none}
        body[data-filter=identity] [data-label]:not([data-label=identity]),\
        body[data-filter=blur] [data-label]:not([data-label=blur]),\
        body[data-filter=edge] [data-label]:not([data-label=edge]),\
        body[data-filter=zero] [data-label]:not([data-label=zero]),\
        body[data-filter=other] [data-label]:not([data-label=other]){opacity:.1}
        #tip{position:fixed;z-index:3;pointer-events:none;background:var(--ink);color:var(--paper);border-radius:6px;\
        padding:7px 10px;font-size:12px;max-width:340px;line-height:1.4}
        #tip table{width:auto;font-size:11px;margin-top:4px}#tip td{border:0;padding:1px 5px;text-align:right}
        footer{padding:16px 20px 40px}
        @media (max-width:700px),(max-height:560px){header{position:static}.keys{display:none}}
        @media (max-width:700px){header,main,footer{padding-left:12px;padding-right:12px}.layer{padding:8px 8px 10px}\
        dl{grid-template-columns:1fr;gap:0}dd{margin:0 0 6px}button{padding:6px 10px}.fields label,.fields>span{flex:1 1 100%}\
        .fields input,.fields select{padding:6px}dialog{padding:10px 12px}dialog .head{top:-10px}}
        @media screen and (max-width:700px){.stacked thead{display:none}.stacked tr{display:block;padding:8px 0;border-bottom:1px solid var(--faint)}\
        .stacked td,.stacked td.n{display:grid;grid-template-columns:88px 1fr;gap:8px;text-align:left;border:0;padding:1px 0}\
        .stacked td::before{content:attr(data-name);color:var(--quiet)}}
        @media print{:root{--paper:#fff;--ink:#000;--quiet:#444;--faint:#ddd;--panel:#fff}\
        .tools,.keys,.row,.found,.skip,#tip,dialog{display:none}header{position:static}body{font-size:10pt}.layer{border:1px solid #ddd}\
        .scroll,figure{overflow:visible}td{overflow-wrap:anywhere}svg.figure{min-width:0}table{font-size:6.5pt}th,td{padding:2px 3px}.sort{font-size:inherit;padding:2px 3px}\
        h2,h3{break-after:avoid}figure,tr{break-inside:avoid}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
        """
}
