namespace Sweep.Client.Live;

/// <summary>What a key of the live view asks of the sweep.</summary>
/// <param name="Trial">The one that is meant; null for the whole sweep.</param>
internal sealed record LiveOrder(LiveOrderKind Kind, int? Trial = null);

internal enum LiveOrderKind
{
    Pause,
    Cancel,

    /// <summary>The view ends; in a cluster that ends with it, the sweep is paused.</summary>
    Leave,
}

/// <summary>What the reader of the live view has chosen with the keys.</summary>
/// <param name="Selected">The trial under the cursor.</param>
/// <param name="Open">The trial that is shown alone.</param>
/// <param name="Typed">Digits of a trial's number.</param>
/// <param name="Cancelling">The next c cancels.</param>
internal sealed record LiveChoice(int? Selected = null, int? Open = null, string Typed = "", bool Cancelling = false)
{
    private const int MostDigits = 6;

    /// <param name="numbers">Of the trials that can be selected, in their order.</param>
    public (LiveChoice Next, LiveOrder? Order) On(ConsoleKeyInfo key, IReadOnlyList<int> numbers)
    {
        var calm = this with { Cancelling = false, Typed = "" };
        return key switch
        {
            { Key: ConsoleKey.C } when Cancelling => (calm, new(LiveOrderKind.Cancel, Open)),
            { Key: ConsoleKey.C } => (calm with { Cancelling = true }, null),
            { Key: ConsoleKey.P } => (calm, new(LiveOrderKind.Pause)),
            { Key: ConsoleKey.Q } => (calm, new(LiveOrderKind.Leave)),
            { Key: ConsoleKey.Escape or ConsoleKey.Backspace or ConsoleKey.LeftArrow } => (calm with { Open = null }, null),
            { Key: ConsoleKey.UpArrow or ConsoleKey.K } => (calm.Moved(-1, numbers), null),
            { Key: ConsoleKey.DownArrow or ConsoleKey.J } => (calm.Moved(1, numbers), null),
            { Key: ConsoleKey.Enter or ConsoleKey.RightArrow } => (calm with { Open = int.TryParse(Typed, out var number) ? number : Selected ?? Open }, null),
            { KeyChar: >= '0' and <= '9' } when Typed.Length < MostDigits => (calm with { Typed = Typed + key.KeyChar }, null),
            _ => (calm, null),
        };
    }

    private LiveChoice Moved(int by, IReadOnlyList<int> numbers)
    {
        if (numbers.Count == 0)
            return this with { Selected = null };
        var at = Selected is { } selected ? numbers.Index().Where(item => item.Item == selected).Select(item => (int?)item.Index).FirstOrDefault() : null;
        var next = numbers[at is { } index ? Math.Clamp(index + by, 0, numbers.Count - 1) : by > 0 ? 0 : numbers.Count - 1];
        // Alone on the screen, the next one takes its place.
        return this with { Selected = next, Open = Open is null ? null : next };
    }
}
