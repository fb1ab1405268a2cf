using Sweep.Client.Output;

namespace Sweep.Client.Reports.Pages;

/// <summary>A part of the report under a heading. The HTML page and the Markdown are two forms of the same sections.</summary>
/// <param name="Id">The id of the heading, for links.</param>
internal sealed record ReportSection(string Id, string Title, IReadOnlyList<ReportBlock> Blocks);

/// <summary>A part of a section. All text is plain; <see cref="HtmlReport"/> and <see cref="MarkdownReport"/> escape it.</summary>
internal abstract record ReportBlock
{
    private ReportBlock() { }

    public sealed record Paragraph(string Text) : ReportBlock;

    /// <summary>The main results, in sentences that stand out from the others.</summary>
    public sealed record Lead(IReadOnlyList<string> Sentences) : ReportBlock;

    public sealed record Facts(IReadOnlyList<(string Name, string Value)> Lines) : ReportBlock;

    /// <param name="Name">What the rows are: the table's caption.</param>
    /// <param name="Filter">Where the rows are trials, which a reader can filter, an example of what to type; null for other rows.</param>
    public sealed record Rows(string Name, OutputTable Table, string? Filter = null) : ReportBlock;

    /// <summary>The place of a chart, which the script of the page draws. The Markdown has no charts.</summary>
    public sealed record Figure(string Id, string Caption) : ReportBlock;

    /// <summary>Texts that models wrote, each with the prompt from which it goes on; the prompt is empty where it was not stored.</summary>
    public sealed record Samples(IReadOnlyList<(string Label, string Prompt, string Text)> Texts) : ReportBlock;

    public sealed record Code(string Text) : ReportBlock;
}
