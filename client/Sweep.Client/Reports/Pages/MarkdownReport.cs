using System.Text;
using static Sweep.Client.Output.Markdown;

namespace Sweep.Client.Reports.Pages;

/// <summary>The report as GitHub-flavoured Markdown (its specification 0.29), for a README or an issue.</summary>
internal static class MarkdownReport
{
    public static string Of(ReportContents contents)
    {
        var text = new StringBuilder();
        text.Append($"# {Plain(contents.Sweep.Name)}\n");
        foreach (var section in ReportSections.Of(contents))
        {
            var blocks = section.Blocks.Select(Block).Where(block => block.Length > 0).ToList();
            if (blocks.Count > 0)
                text.Append($"\n## {Plain(section.Title)}\n\n{string.Join("\n\n", blocks)}\n");
        }

        return text.ToString();
    }

    private static string Block(ReportBlock block) => block switch
    {
        ReportBlock.Paragraph paragraph => Plain(paragraph.Text),
        ReportBlock.Lead lead => string.Join("\n\n", lead.Sentences.Select(sentence => $"**{Plain(sentence)}**")),
        ReportBlock.Facts facts => string.Join('\n', facts.Lines.Select(row => $"- {Plain(row.Name)}: {Plain(row.Value)}")),
        ReportBlock.Rows rows => Table(rows.Table),
        ReportBlock.Figure => "",
        ReportBlock.Samples samples => string.Join(
            "\n\n",
            samples.Texts.Select(sample => Plain(sample.Label)
                + (sample.Prompt.Length > 0 ? $"\n\nPrompt: {Plain(sample.Prompt)}" : "")
                + $"\n\n{Fenced(sample.Text, "text")}")),
        ReportBlock.Code code => Fenced(code.Text, "yaml"),
        _ => throw new ArgumentOutOfRangeException(nameof(block), block, null),
    };

    /// <summary>Puts the text between fences that are longer than any in the text, so that the text cannot close them.</summary>
    private static string Fenced(string text, string language)
    {
        var longest = 0;
        for (var (index, run) = (0, 0); index < text.Length; index++)
        {
            run = text[index] == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        var fence = new string('`', Math.Max(3, longest + 1));
        return $"{fence}{language}\n{text.ReplaceLineEndings("\n").TrimEnd('\n')}\n{fence}";
    }
}
