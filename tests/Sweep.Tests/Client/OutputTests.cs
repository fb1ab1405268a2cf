using System.Text.Json;
using System.Text.RegularExpressions;
using Sweep.Client.Commands;
using Sweep.Client.Output;
using Sweep.Client.Tables;

namespace Sweep.Tests.Client;

public sealed class OutputTests
{
    private static readonly OutputTable Sample = new(
        [
            new("name", "name"),
            OutputColumn.Number("val_loss", "val\nloss", Quantities.Metric),
            OutputColumn.Number("count", "count", dispensable: true),
            new("widths", "widths"),
        ],
        [["a, \"b\"", 1.84213, 1234567, new[] { 64, 32 }], ["c", double.NaN, null, Array.Empty<int>()]]);

    [Fact]
    public void Json_is_snake_case_with_plain_numbers_and_null_for_numbers_that_are_not_finite()
    {
        var rows = JsonDocument.Parse(Write(OutputFormat.Json)).RootElement;
        Assert.Equal("a, \"b\"", rows[0].GetProperty("name").GetString());
        Assert.Equal(1.84213, rows[0].GetProperty("val_loss").GetDouble());
        Assert.Equal(1234567, rows[0].GetProperty("count").GetInt32());
        Assert.Contains("\"widths\": [64, 32]\n", Write(OutputFormat.Json), StringComparison.Ordinal);
        Assert.Equal([64, 32], rows[0].GetProperty("widths").EnumerateArray().Select(width => width.GetInt32()));
        Assert.Equal(JsonValueKind.Null, rows[1].GetProperty("val_loss").ValueKind);
        Assert.Equal(JsonValueKind.Null, rows[1].GetProperty("count").ValueKind);
    }

    [Fact]
    public void Csv_has_a_header_quotes_values_that_need_it_and_keeps_all_digits() =>
        Assert.StartsWith("name,val_loss,count,widths\n\"a, \"\"b\"\"\",1.84213,1234567,\"[64, 32]\"\n", Write(OutputFormat.Csv));

    [Fact]
    public void Csv_gives_columns_of_the_same_name_a_number()
    {
        var (terminal, output, _) = Samples.Terminal();
        terminal.Write(new OutputTable([new("best", "best"), new("best", "best")], [[1, 2]]), OutputFormat.Csv, "");
        Assert.Equal("best,best_2\n1,2\n", output.ToString());
    }

    [Fact]
    public void A_table_without_a_terminal_is_plain_and_not_cut()
    {
        var wide = new OutputTable([new("text", "text")], [[new string('x', 300)]]);
        var (terminal, output, _) = Samples.Terminal();
        terminal.Write(wide, OutputFormat.Table, "");
        Assert.Contains(new string('x', 300), output.ToString());
        Assert.DoesNotContain('\e', output.ToString());
        Assert.Contains("1.842", Write(OutputFormat.Table));
    }

    [Theory]
    [InlineData(80, true)]
    [InlineData(30, false)]
    public void A_narrow_terminal_drops_the_dispensable_columns_and_names_them(int width, bool fits)
    {
        var (terminal, output, _) = Samples.Terminal(width);
        terminal.Write(Sample, OutputFormat.Table, "");
        Assert.Equal(fits, output.ToString().Contains("1234567", StringComparison.Ordinal));
        var plain = Regex.Replace(output.ToString(), @"(\e\[[0-9;]*m|\s)+", " ");
        Assert.Equal(!fits, plain.Contains("Not shown for want of width: count.", StringComparison.Ordinal));
    }

    [Fact]
    public void A_column_that_seldom_has_a_value_is_shown_to_people_where_a_row_has_one()
    {
        OutputTable Rows(string? value) => new([new("name", "name"), new("budget", "budget", Seldom: true)], [["a", null], ["b", value]]);
        Assert.DoesNotContain("budget", Written(Rows(null), OutputFormat.Table), StringComparison.Ordinal);
        Assert.Contains("budget", Written(Rows(null), OutputFormat.Csv), StringComparison.Ordinal);
        Assert.Contains("budget", Written(Rows("met"), OutputFormat.Table), StringComparison.Ordinal);

        static string Written(OutputTable table, OutputFormat format)
        {
            var (terminal, output, _) = Samples.Terminal();
            terminal.Write(table, format, "");
            return output.ToString();
        }
    }

    [Fact]
    public void A_list_of_sweeps_has_the_refusal_of_a_proposal_beside_the_reason_why_a_sweep_cannot_be_repeated()
    {
        var table = SweepTable.Of([Samples.Overview() with { NotReproducible = "by arrival", Refused = "trial 7 cannot be stored" }]);
        var (json, rows, _) = Samples.Terminal();
        json.Write(table, OutputFormat.Json, "");
        Assert.Equal(
            "trial 7 cannot be stored", JsonDocument.Parse(rows.ToString()).RootElement[0].GetProperty("proposal_refused").GetString());
        var (csv, lines, _) = Samples.Terminal();
        csv.Write(table, OutputFormat.Csv, "");
        Assert.EndsWith(",by arrival,trial 7 cannot be stored", lines.ToString().TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_rows_people_get_a_sentence_and_programs_an_empty_list()
    {
        var empty = Sample with { Rows = [] };
        var (people, sentence, _) = Samples.Terminal();
        people.Write(empty, OutputFormat.Table, "No sweeps yet.");
        var (program, list, _) = Samples.Terminal();
        program.Write(empty, OutputFormat.Json, "No sweeps yet.");
        Assert.Equal("No sweeps yet.\n", sentence.ToString());
        Assert.Equal("[]\n", list.ToString());
    }

    [Theory]
    [InlineData(7, "7")]
    [InlineData(999, "999")]
    [InlineData(999.6, "1.00k")]
    [InlineData(44_332, "44.3k")]
    [InlineData(660_992, "661k")]
    [InlineData(2_634_752, "2.63M")]
    [InlineData(2.188, "2.19")]
    public void Counts_have_three_digits(double value, string expected) => Assert.Equal(expected, Quantities.Count(value));

    [Theory]
    [InlineData(512, "512 B")]
    [InlineData(177_328, "177 kB")]
    [InlineData(3e9, "3.00 GB")]
    public void Bytes_have_their_unit(double value, string expected) => Assert.Equal(expected, Quantities.Bytes(value));

    [Theory]
    [InlineData(12.12, "12.1 s")]
    [InlineData(59.99, "1 min 0 s")]
    [InlineData(200, "3 min 20 s")]
    [InlineData(7_500, "2 h 5 min")]
    [InlineData(100_000, "1 d 3 h")]
    public void Durations_have_at_most_two_units(double seconds, string expected) => Assert.Equal(expected, Quantities.Seconds(seconds));

    [Fact]
    public void Text_of_others_moves_no_cursor_on_a_terminal_and_is_unchanged_in_a_pipe()
    {
        const string hostile = "a\u001b]0;owned\u0007\u009b2Jb\r\tc\nd";
        var table = new OutputTable([new("text", "text")], [[hostile]]);
        var (watched, screen, _) = Samples.Terminal(80);
        watched.WriteUntrusted(hostile);
        watched.Paragraph(hostile);
        watched.Write(table, OutputFormat.Table, "");
        Assert.DoesNotContain("\u001b]", screen.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(screen.ToString(), letter => letter is '\u0007' or '\u009b' or '\r');
        Assert.Contains("a ]0;owned  2Jb \tc\nd\n", screen.ToString(), StringComparison.Ordinal);

        var (piped, text, _) = Samples.Terminal();
        piped.WriteUntrusted(hostile);
        Assert.Equal(hostile + "\n", text.ToString());
        Assert.DoesNotContain(Failure.Of(new InvalidDataException(hostile)).Line, char.IsControl);
    }

    private static string Write(OutputFormat format)
    {
        var (terminal, output, _) = Samples.Terminal();
        terminal.Write(Sample, format, "");
        return output.ToString();
    }
}
