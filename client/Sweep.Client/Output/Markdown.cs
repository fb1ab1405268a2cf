using System.Text;

namespace Sweep.Client.Output;

/// <summary>Parts of GitHub-flavoured Markdown (its specification 0.29).</summary>
internal static class Markdown
{
    public static string Table(OutputTable table) => string.Join(
        '\n',
        [
            Row(table.Columns.Select(column => Plain(column.Heading))),
            Row(table.Columns.Select(column => column.RightAligned ? "--:" : "---")),
            .. table.Rows.Select(row => Row(table.Columns.Zip(row, (column, value) => Plain(column.Text(value))))),
        ]);

    private static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";

    /// <summary>Escapes the text, so that it is one line in which no character acts as markup.</summary>
    public static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            if (letter is '\\' or '`' or '*' or '[' or ']' or '<' or '>' or '|' or '&' or '#' or '~' or '@')
                plain.Append('\\');
            plain.Append(char.IsControl(letter) || letter is '\u2028' or '\u2029' ? ' ' : letter);
        }

        return plain.ToString();
    }
}
