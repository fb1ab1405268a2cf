using System.Text.Json;

namespace Sweep.Domain.Programs;

/// <summary>A printed line that was meant as a report and cannot be read as one, so that its author learns why.</summary>
public static class MissedReport
{
    private const int LongestText = 40;

    /// <param name="line">Without both an epoch and the objective, as <see cref="ProgramReport.Read"/> reads it.</param>
    /// <param name="objective">The name of the objective's metric.</param>
    /// <returns>The reason, which finishes "a printed line looks like a report, but …"; null when it looks like none.</returns>
    public static string? Reason(string line, string objective)
    {
        string[] names = [objective, ProgramReport.EpochName];
        var text = line.Trim();
        if (!text.StartsWith('{') || !text.EndsWith('}') || text.Length > ProgramReport.MaxLength)
            return null;
        if (Array.Find(names, name => text.Contains($"'{name}'", StringComparison.Ordinal)) is { } single)
            return $"'{single}' stands in single quotes; JSON has double quotes, which json.dumps of Python writes";
        if (!names.Any(name => text.Contains($"\"{name}\"", StringComparison.Ordinal)))
            return null;
        try
        {
            using var json = ProgramReport.Parse(text);
            var wrong = names.Select(name => Wrong(json.RootElement, name)).FirstOrDefault(wrong => wrong is not null);
            return wrong ?? names.Select(name => Inner(json.RootElement, name)).FirstOrDefault(inner => inner is not null);
        }
        catch (JsonException error)
        {
            return $"it is no JSON: {error.Message.Split(" LineNumber:")[0].TrimEnd('.')}";
        }
        catch (InvalidOperationException)
        {
            return "a text in it is no Unicode";
        }
    }

    private static string? Wrong(JsonElement line, string name)
    {
        if (!line.TryGetProperty(name, out var value) || value.ValueKind is JsonValueKind.Number)
            return null;
        return value.ValueKind is JsonValueKind.String && ProgramReport.NotFinite(value.GetString()) is not null
            ? null
            : $"{name} is {Described(value)}, where a number is expected";
    }

    private static string? Inner(JsonElement line, string name)
    {
        foreach (var member in line.EnumerateObject())
        {
            if (member.Value.ValueKind is JsonValueKind.Object && member.Value.TryGetProperty(name, out _))
                return $"{name} is within {Shortened(member.Name)}; metrics stand beside epoch";
        }

        return null;
    }

    private static string Described(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => $"the text \"{Shortened(value.GetString()!)}\"",
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        _ => value.GetRawText(),
    };

    private static string Shortened(string text) => text.Length <= LongestText ? text : $"{text[..LongestText]}…";
}
