using Sweep.Client.Output;

namespace Sweep.Client.Reports.Pages;

/// <summary>A part of the report under a heading; the page and the Markdown are two forms of the same sections.</summary>
/// <param name="Id">Of the heading, for links.</param>
internal sealed record ReportSection(string Id, string Title, IReadOnlyList<ReportBlock> Blocks);

/// <summary>What stands in a section. All text is plain: the form escapes it.</summary>
internal abstract record ReportBlock
{
    private ReportBlock() { }

    public sealed record Paragraph(string Text) : ReportBlock;

    /// <summary>The sentences that a reader takes away.</summary>
    public sealed record Lead(IReadOnlyList<string> Sentences) : ReportBlock;

    public sealed record Facts(IReadOnlyList<(string Name, string Value)> Lines) : ReportBlock;

    /// <param name="Name">What the rows are, for those who hear the page.</param>
    public sealed record Rows(string Name, OutputTable Table) : ReportBlock;

    /// <summary>A place that the page's script draws into; no part of the Markdown.</summary>
    public sealed record Figure(string Id, string Caption) : ReportBlock;

    public sealed record Samples(IReadOnlyList<(string Label, string Text)> Texts) : ReportBlock;

    public sealed record Code(string Text) : ReportBlock;
}
