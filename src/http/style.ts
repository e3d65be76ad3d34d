// Owns how our pages look: one small style, with nothing to load.

export const style = `
:root{color-scheme:light dark}
body{font:1rem/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}
h1{margin-bottom:0}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.25rem .75rem .25rem 0;vertical-align:top;border-bottom:1px solid #8884}
form{display:flex;gap:.5rem}
input{flex:1;font:inherit;padding:.25rem .5rem}
button{font:inherit}
article{border-bottom:1px solid #8884;overflow-wrap:anywhere}
article p{margin:.25rem 0 1rem;white-space:pre-line}
.good::before{content:"● ";color:#2a2}
.bad::before{content:"● ";color:#d33}
`
