using System.Security.Cryptography;
using System.Text;
using Sweep.Client.Output;

namespace Sweep.Client.Reports.Pages;

/// <summary>The report as one HTML file that loads nothing from a network: style, numbers, charts and licences are inside.</summary>
internal static class HtmlReport
{
    private static readonly string[] Libraries = ["d3.min.js", "plot.umd.min.js"];

    /// <summary>The parts of the page's own script in their order. They become one script, in which they share their names.</summary>
    private static readonly string[] Parts =
    [
        "data.js", "charts.js", "highlight.js", "curves.js", "costs.js", "front.js", "effects.js", "pivot.js", "parallel.js",
        "search.js", "tables.js", "controls.js",
    ];

    /// <summary>Without its script the page shows all rows of its tables.</summary>
    private const string WithoutScript = "<noscript><style>tr.more { display: table-row; } .tools { display: none; }</style></noscript>";

    private static readonly HashSet<string> Drawn = ["front", "curves", "costs", "effects", "pivot", "parallel"];

    public static string Of(ReportContents contents)
    {
        var sections = ReportSections.Of(contents);
        List<string> scripts = [.. Libraries.Select(Asset), $"\"use strict\";\n{{\n{string.Join('\n', Parts.Select(Asset))}}}\n"];
        var sources = new Html(string.Join(' ', scripts.Select(Source)));
        var policy = Html.Of(
            $"default-src 'none'; style-src 'unsafe-inline'; script-src {sources}; img-src data:; base-uri 'none'; form-action 'none'");
        var (submitted, made) = (Day(contents.Sweep.CreatedAt), Day(contents.MadeAt));
        var links = Html.Join(sections.Select(section => Html.Of($"<a href=\"#{section.Id}\">{section.Title}</a>")));
        return Html.Of(
            $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="{policy}">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="generator" content="sweep report">
            <title>{contents.Sweep.Name} · Sweep</title>
            <style>
            {new Html(Asset("report.css"))}
            </style>
            {new Html(WithoutScript)}
            </head>
            <body>
            <header>
            <p class="kind">Sweep report</p>
            <h1>{contents.Sweep.Name}</h1>
            <p class="state">{PlainText.Of(contents.Sweep.State)} · submitted {submitted} · report of {made}</p>
            <nav aria-label="Sections">{links}</nav>
            </header>
            <main>
            {Body(sections)}
            </main>
            <footer><p>Charts by Observable Plot and D3 (ISC licence; the texts of the licences are in this file's source).</p></footer>
            <script type="application/json" id="data">{new Html(ReportData.Of(contents))}</script>
            <!--
            {new Html(Asset("LICENSES.txt"))}
            -->
            {Html.Join(scripts.Select(script => new Html($"<script>{script}</script>\n")))}</body>
            </html>

            """).Markup;
    }

    /// <summary>The sections in order. Those with charts stand together, below the control that chooses the colours of all.</summary>
    private static Html Body(IReadOnlyList<ReportSection> sections)
    {
        var first = sections.Index()
            .Where(pair => Drawn.Contains(pair.Item.Id))
            .Select(pair => pair.Index)
            .DefaultIfEmpty(sections.Count)
            .First();
        var charts = sections.Skip(first).TakeWhile(section => Drawn.Contains(section.Id)).ToList();
        return Html.Of(
            $"""
            {Html.Join(sections.Take(first).Select(Section))}<div class="charts"><div id="controls" hidden></div>
            {Html.Join(charts.Select(Section))}</div>
            {Html.Join(sections.Skip(first + charts.Count).Select(Section))}
            """);
    }

    private static Html Section(ReportSection section) => Html.Of(
        $"""
        <section id="{section.Id}" aria-labelledby="{section.Id}-title">
        <h2 id="{section.Id}-title">{section.Title}</h2>
        {Html.Join(section.Blocks.Select(Block))}</section>

        """);

    private static Html Block(ReportBlock block) => block switch
    {
        ReportBlock.Paragraph paragraph => Html.Of($"<p>{paragraph.Text}</p>\n"),
        ReportBlock.Lead lead => Html.Join(lead.Sentences.Select(sentence => Html.Of($"<p class=\"lead\">{sentence}</p>\n"))),
        ReportBlock.Facts facts => Html.Of(
            $"<dl>{Html.Join(facts.Lines.Select(row => Html.Of($"<div><dt>{row.Name}</dt><dd>{row.Value}</dd></div>")))}</dl>\n"),
        ReportBlock.Rows rows => HtmlTable.Of(rows.Name, rows.Table, rows.Filter),
        ReportBlock.Figure figure => Html.Of(
            $"""
            <figure id="figure-{figure.Id}"><figcaption>{figure.Caption}</figcaption>
            <div class="chart" id="chart-{figure.Id}"></div></figure>

            """),
        ReportBlock.Samples samples => Html.Of(
            $"<div class=\"samples\">{Html.Join(samples.Texts.Select(sample => Html.Of(
                $"<article><h3>{sample.Label}</h3>{Prompt(sample.Prompt)}<pre tabindex=\"0\">{sample.Text}</pre></article>")))}</div>\n"),
        ReportBlock.Code code => Html.Of($"<pre class=\"code\" tabindex=\"0\">{code.Text}</pre>\n"),
        _ => throw new ArgumentOutOfRangeException(nameof(block), block, null),
    };

    private static Html Prompt(string prompt) => prompt.Length == 0
        ? Html.Empty
        : Html.Of($"<p class=\"prompt\"><b>Prompt</b> {prompt}</p>");

    private static string Day(DateTimeOffset time) =>
        time.UtcDateTime.ToString("d MMMM yyyy", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>
    /// The source of a script for the page's Content-Security-Policy. The browser runs only scripts with these hashes, so that a script
    /// that got into the page by any other way does not run.
    /// </summary>
    private static string Source(string script) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}'";

    private static string Asset(string name)
    {
        using var stream = typeof(HtmlReport).Assembly.GetManifestResourceStream($"report/{name}")
            ?? throw new InvalidOperationException($"The program has no resource report/{name}.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        // A browser replaces \r\n by \n before it computes the hash, so the text here must have the same line ends.
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
